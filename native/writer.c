/* Writes frames to the daemon through one small buffer. */
#include "writer.h"

#include "sock.h"

/* A greeting from cargo has some 8 KiB: it leaves in one piece. */
static uint8_t buffer[16 * 1024];

static void send_out(struct writer *writer, const void *data, size_t size) {
    if (size > 0 && !writer->gone) {
        writer->gone = !sock_send(writer->sock, data, size, writer->fds, writer->fd_count, writer->deadline_ms);
        writer->fd_count = 0;
    }
}

static void flush(struct writer *writer) {
    send_out(writer, buffer, writer->used);
    writer->used = 0;
}

void put_bytes(struct writer *writer, const void *data, size_t size) {
    writer->total += size;
    if (writer->counting || size == 0) {
        return;
    }
    if (size > sizeof buffer - writer->used) {
        flush(writer);
    }
    if (size > sizeof buffer) {
        send_out(writer, data, size);
        return;
    }
    memcpy(buffer + writer->used, data, size);
    writer->used += size;
}

static void put_number(struct writer *writer, uint64_t value, unsigned bytes) {
    uint8_t little_endian[8];
    for (unsigned i = 0; i < bytes; i++) {
        little_endian[i] = (uint8_t)(value >> (8 * i));
    }
    put_bytes(writer, little_endian, bytes);
}

void put_u8(struct writer *writer, uint8_t value) {
    put_number(writer, value, 1);
}

void put_u16(struct writer *writer, uint16_t value) {
    put_number(writer, value, 2);
}

void put_u32(struct writer *writer, uint32_t value) {
    put_number(writer, value, 4);
}

void put_u64(struct writer *writer, uint64_t value) {
    put_number(writer, value, 8);
}

void put_blob(struct writer *writer, const void *data, size_t size) {
    put_u32(writer, (uint32_t)size);
    put_bytes(writer, data, size);
}

void put_text(struct writer *writer, const char *text) {
    put_blob(writer, text, strlen(text));
}

void frame_begin(struct writer *writer, uint8_t type, uint64_t body_size) {
    writer->deadline_ms =
        now_ms() + (type == WIRE_TYPE_OUTPUT ? (int64_t)WIRE_OUTPUT_TIMEOUT_MS : (int64_t)WIRE_REPLY_TIMEOUT_S * 1000);
    put_u32(writer, (uint32_t)(1 + body_size));
    put_u8(writer, type);
}

void frame_descriptors(struct writer *writer, const int *fds, unsigned count) {
    writer->fds = fds;
    writer->fd_count = count;
}

bool frame_end(struct writer *writer) {
    flush(writer);
    return !writer->gone;
}
