/* Writes frames to the daemon through one small buffer, so that a frame may be larger than what we keep of it.
 *
 * A frame's length stands in front of it. Short answers know theirs; HELLO is put together twice, and the first time
 * only counted (`writer_count`).
 */
#ifndef DUNNAGE_WRITER_H
#define DUNNAGE_WRITER_H

#include "sys.h"
#include "wire.h"

struct writer {
    int sock;
    bool counting; /* only add up `total` */
    bool gone;     /* the daemon is; everything put is dropped */
    int64_t deadline_ms;
    size_t used; /* of the buffer */
    uint64_t total;
    const int *fds; /* to go with the next byte */
    unsigned fd_count;
};

/* `body_size`: the bytes that will be put before `frame_end`. */
void frame_begin(struct writer *writer, uint8_t type, uint64_t body_size);

/* Descriptors that travel with the frame just begun. */
void frame_descriptors(struct writer *writer, const int *fds, unsigned count);

void put_u8(struct writer *writer, uint8_t value);
void put_u16(struct writer *writer, uint16_t value);
void put_u32(struct writer *writer, uint32_t value);
void put_u64(struct writer *writer, uint64_t value);
void put_bytes(struct writer *writer, const void *data, size_t size);
void put_blob(struct writer *writer, const void *data, size_t size);
void put_text(struct writer *writer, const char *text);

/* Sends what is left of the frame. False: the daemon is gone. */
bool frame_end(struct writer *writer);

#endif
