/* What this process has noted already: a table of hashes without locks and without growth.
 *
 * A rustc notes some 500 things, a make or a shell some thousands. Where a hash finds all its places taken it replaces
 * one, and what that stood for may be noted again. Memory is used only as far as it is touched.
 */
#include "remember.h"

enum { PLACES = 1 << 14, TRIES = 8 };

typedef uint64_t __attribute__((aligned(8))) place; /* i386 would align it to 4, and then ask a library to read it */

static place table[PLACES];

uint64_t hash_of(uint64_t before, const char *bytes, size_t size) {
    const uint64_t odd = 0x9e3779b97f4a7c15ULL;
    uint64_t hash = (before ^ size) * odd;
    for (; size >= 8; bytes += 8, size -= 8) {
        uint64_t word;
        __builtin_memcpy(&word, bytes, 8);
        hash = (hash ^ (hash >> 29) ^ word) * odd;
    }
    uint64_t rest = 0;
    for (; size > 0; size--) {
        rest = rest << 8 | (uint8_t)bytes[size - 1];
    }
    hash = (hash ^ (hash >> 29) ^ rest) * odd;
    return hash ^ (hash >> 32);
}

/* 0 is an empty place. */
static uint64_t stored(uint64_t hash) {
    return hash ? hash : 1;
}

/* The place of this hash: where it is, or where it could go. */
static place *find(uint64_t hash) {
    size_t first = (size_t)(hash % PLACES);
    for (size_t i = 0; i < TRIES; i++) {
        place *at = &table[(first + i) % PLACES];
        uint64_t found = __atomic_load_n(at, __ATOMIC_RELAXED);
        if (found == 0 || found == hash) {
            return at;
        }
    }
    return &table[(first + (size_t)(hash >> 32) % TRIES) % PLACES];
}

bool remember(uint64_t hash) {
    place *at = find(stored(hash));
    if (__atomic_load_n(at, __ATOMIC_RELAXED) == stored(hash)) {
        return false;
    }
    __atomic_store_n(at, stored(hash), __ATOMIC_RELAXED);
    return true;
}
