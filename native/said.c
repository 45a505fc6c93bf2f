/* What was said in the compiler's name before all of its files were there. */
#include "said.h"

#include "wire.h"

static char said[WIRE_NOTICE_BYTES_MAX];
static size_t said_size, heard_again;

bool say_early(const struct span *text) {
    if (text->size > sizeof said - said_size) {
        return false;
    }
    memcpy(said + said_size, text->at, text->size);
    said_size += text->size;
    (void)write_all(STDERR_FILENO, text->at, text->size);
    return true;
}

bool has_said(void) {
    return said_size > 0;
}

size_t said_already(const uint8_t *chunk, size_t size) {
    size_t same = 0;
    while (same < size && heard_again < said_size && (char)chunk[same] == said[heard_again]) {
        same++;
        heard_again++;
    }
    if (same < size) {
        heard_again = said_size;
    }
    return same;
}
