/* Reads what the daemon sends: bytes in, messages out, no I/O. Nothing in a frame is believed before it was checked:
 * once `message_parse` has said yes, every list and text of the message lies inside its frame. */
#ifndef DUNNAGE_READER_H
#define DUNNAGE_READER_H

#include "sys.h"
#include "wire.h"

enum { FRAME_BYTES_MAX = 4 + WIRE_DAEMON_FRAME_BYTES_MAX };

enum frame_state { FRAME_INCOMPLETE, FRAME_READY, FRAME_WRONG };

/* A message of the daemon's. Which members mean something depends on its type. */
struct message {
    uint8_t type;
    uint16_t wire_version;
    uint32_t flags;   /* RUN */
    int32_t code;     /* EXIT */
    int32_t signal;   /* EXIT */
    uint32_t count;   /* of `list`: paths, words or files */
    uint8_t *list;    /* where the list's first element begins */
    struct span text; /* LIST: path; EXEC: reason; EXIT: stdout */
    struct span more; /* EXIT: stderr */
};

/* One file of WRITE. */
struct file_to_write {
    struct span path;
    struct span data;
    struct span notice; /* for stderr, once this file is in place */
    uint8_t source;
    bool executable;
    bool has_descriptor;
};

/* Looks at the first frame of `size` bytes; when READY, `*frame_size` is its whole size, header and all. */
enum frame_state frame_look(const uint8_t *bytes, size_t size, size_t *frame_size);

/* Reads one whole frame; false: not a message that a daemon may send. */
bool message_parse(struct message *message, uint8_t *frame, size_t frame_size);

/* Steps through the list of a parsed message: the paths or words, which are C strings in the frame, or the files. */
char *next_string(uint8_t **at);
struct file_to_write next_file(uint8_t **at);

/* How many descriptors must have come with a parsed WRITE. */
uint32_t descriptors_of(const struct message *message);

/* Points at the words of RUN where they lie in the frame. `argv` ends with NULL. */
void words_in_place(const struct message *message, char **argv);

#endif
