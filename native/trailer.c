/* Numbers of a trailer. */
#include "trailer.h"

void trailer_put(uint8_t *field, uint64_t value) {
    for (unsigned i = 0; i < 8; i++) {
        field[i] = (uint8_t)(value >> (8 * i));
    }
}

uint64_t trailer_get(const uint8_t *field) {
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++) {
        value |= (uint64_t)field[i] << (8 * i);
    }
    return value;
}
