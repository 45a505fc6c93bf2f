/* What stands at the end of a file that begins with a launcher. Written by the client (restore.c), read by the launcher
 * (launcher/carried.c); both are built together, so no number of it goes over the wire. All little endian. */
#ifndef DUNNAGE_TRAILER_H
#define DUNNAGE_TRAILER_H

#include "sys.h"

enum { TRAILER_DIGEST_CHARS = 64, TRAILER_VERSION = 1 };

#define TRAILER_MAGIC "dunnageL"
#define TRAILER_MAGIC_CHARS                                                                                            \
    { 'd', 'u', 'n', 'n', 'a', 'g', 'e', 'L' }

struct trailer {
    char magic[8];
    uint8_t version[8];
    uint8_t offset[8]; /* where the program begins */
    uint8_t size[8];   /* its bytes */
    char digest[TRAILER_DIGEST_CHARS];
};

void trailer_put(uint8_t *field, uint64_t value);
uint64_t trailer_get(const uint8_t *field);

#endif
