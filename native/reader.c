/* Reads what the daemon sends: bytes in, messages out, no I/O. */
#include "reader.h"

#include "trailer.h"

/* A place in a frame. Once something did not fit, everything after reads as zero and `wrong` stays. */
struct cursor {
    uint8_t *at;
    const uint8_t *end;
    bool wrong;
};

static uint32_t little_endian(const uint8_t *at, unsigned bytes) {
    uint32_t value = 0;
    for (unsigned i = 0; i < bytes; i++) {
        value |= (uint32_t)at[i] << (8 * i);
    }
    return value;
}

static uint8_t *take(struct cursor *cursor, size_t size) {
    if (cursor->wrong || size > (size_t)(cursor->end - cursor->at)) {
        cursor->wrong = true;
        return NULL;
    }
    uint8_t *taken = cursor->at;
    cursor->at += size;
    return taken;
}

static uint32_t take_number(struct cursor *cursor, unsigned bytes) {
    const uint8_t *taken = take(cursor, bytes);
    return taken ? little_endian(taken, bytes) : 0;
}

static struct span take_blob(struct cursor *cursor) {
    struct span blob = {NULL, take_number(cursor, 4)};
    blob.at = (const char *)take(cursor, blob.size);
    if (!blob.at) {
        blob.size = 0;
    }
    return blob;
}

/* A path or a word goes to the kernel, which ends it at the first NUL: one inside would make it another. */
static struct span take_text(struct cursor *cursor) {
    struct span text = take_blob(cursor);
    if (text.size > 0 && memchr(text.at, 0, text.size)) {
        cursor->wrong = true;
    }
    return text;
}

static bool has_descriptor(uint8_t source) {
    return source == WIRE_SOURCE_DESCRIPTOR || source == WIRE_SOURCE_LAUNCHER || source == WIRE_SOURCE_LENT;
}

/* Whether a file's data are what its source asks for. */
static bool data_fits(const struct file_to_write *file) {
    switch (file->source) {
    case WIRE_SOURCE_INLINE:
        return true;
    case WIRE_SOURCE_DESCRIPTOR:
    case WIRE_SOURCE_LENT:
    case WIRE_SOURCE_DIRECTORY:
        return file->data.size == 0;
    case WIRE_SOURCE_LAUNCHER:
        return file->data.size == TRAILER_DIGEST_CHARS;
    case WIRE_SOURCE_SYMLINK:
    case WIRE_SOURCE_RENAME: /* a path, which becomes a C string */
        return file->data.size > 0 && !memchr(file->data.at, 0, file->data.size);
    default:
        return false;
    }
}

static struct file_to_write take_file(struct cursor *cursor) {
    struct file_to_write file = {.path = take_text(cursor)};
    uint32_t executable = take_number(cursor, 1);
    uint32_t source = take_number(cursor, 1);
    file.data = take_blob(cursor);
    file.notice = take_blob(cursor);
    file.executable = executable != 0;
    file.source = (uint8_t)source;
    file.has_descriptor = has_descriptor(file.source);
    if (executable > 1 || !data_fits(&file)) {
        cursor->wrong = true;
    }
    return file;
}

static void take_files(struct cursor *cursor, struct message *message) {
    message->count = take_number(cursor, 4);
    message->list = cursor->at;
    if (message->count > WIRE_OUTPUTS_PER_UNIT_MAX) {
        cursor->wrong = true;
    }
    for (uint32_t i = 0; i < message->count && !cursor->wrong; i++) {
        (void)take_file(cursor);
    }
}

/* Exactly as many NULs as strings, the last of them at the end: so every string ends within the block. */
static void take_strings(struct cursor *cursor, struct message *message, uint32_t count_max) {
    message->count = take_number(cursor, 4);
    uint32_t size = take_number(cursor, 4);
    message->list = take(cursor, size);
    if (cursor->wrong || message->count > count_max) {
        cursor->wrong = true;
        return;
    }
    uint32_t ended = 0;
    for (uint32_t i = 0; i < size; i++) {
        ended += message->list[i] == 0 ? 1 : 0;
    }
    cursor->wrong = ended != message->count || (size > 0 && message->list[size - 1] != 0);
}

enum frame_state frame_look(const uint8_t *bytes, size_t size, size_t *frame_size) {
    if (size < 4) {
        return FRAME_INCOMPLETE;
    }
    uint32_t length = little_endian(bytes, 4);
    if (length < 1 || length > WIRE_DAEMON_FRAME_BYTES_MAX) {
        return FRAME_WRONG;
    }
    *frame_size = 4 + (size_t)length;
    return size < *frame_size ? FRAME_INCOMPLETE : FRAME_READY;
}

bool message_parse(struct message *message, uint8_t *frame, size_t frame_size) {
    struct cursor cursor = {frame + 4, frame + frame_size, false};
    memset(message, 0, sizeof *message);
    message->type = (uint8_t)take_number(&cursor, 1);
    switch (message->type) {
    case WIRE_TYPE_WELCOME:
        message->wire_version = (uint16_t)take_number(&cursor, 2);
        (void)take_number(&cursor, 4); /* capabilities: there is none that we could do without */
        break;
    case WIRE_TYPE_STAT:
        take_strings(&cursor, message, WIRE_PATHS_PER_FRAME_MAX);
        break;
    case WIRE_TYPE_OPEN:
        /* What is opened must travel back with one frame. */
        take_strings(&cursor, message, WIRE_FDS_PER_FRAME_MAX);
        break;
    case WIRE_TYPE_LIST:
    case WIRE_TYPE_EXEC:
        message->text = take_text(&cursor);
        break;
    case WIRE_TYPE_RUN:
        message->flags = take_number(&cursor, 4);
        take_strings(&cursor, message, WIRE_STRINGS_PER_LIST_MAX);
        cursor.wrong = cursor.wrong || (message->flags & ~(WIRE_RUN_QUIET | WIRE_RUN_NOTES | WIRE_RUN_SEEN)) != 0;
        break;
    case WIRE_TYPE_WRITE:
        take_files(&cursor, message);
        break;
    case WIRE_TYPE_EXIT:
        message->code = (int32_t)take_number(&cursor, 4);
        message->signal = (int32_t)take_number(&cursor, 4);
        message->text = take_blob(&cursor);
        message->more = take_blob(&cursor);
        cursor.wrong =
            cursor.wrong || message->code < 0 || message->code > 255 || message->signal < 0 || message->signal > 64;
        break;
    default:
        return false;
    }
    return !cursor.wrong && cursor.at == cursor.end;
}

char *next_string(uint8_t **at) {
    char *string = (char *)*at;
    *at += strlen(string) + 1;
    return string;
}

static struct span next_blob(uint8_t **at) {
    struct span blob = {(const char *)*at + 4, little_endian(*at, 4)};
    *at += 4 + (size_t)blob.size;
    return blob;
}

struct file_to_write next_file(uint8_t **at) {
    struct file_to_write file = {.path = next_blob(at)};
    file.executable = (*at)[0] != 0;
    file.source = (*at)[1];
    file.has_descriptor = has_descriptor(file.source);
    *at += 2;
    file.data = next_blob(at);
    file.notice = next_blob(at);
    return file;
}

uint32_t descriptors_of(const struct message *message) {
    uint32_t count = 0;
    uint8_t *at = message->list;
    for (uint32_t i = 0; i < message->count; i++) {
        count += next_file(&at).has_descriptor ? 1 : 0;
    }
    return count;
}

void words_in_place(const struct message *message, char **argv) {
    uint8_t *at = message->list;
    for (uint32_t i = 0; i < message->count; i++) {
        argv[i] = next_string(&at);
    }
    argv[message->count] = NULL;
}
