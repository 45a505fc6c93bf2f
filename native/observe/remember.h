/* What this process has noted already, as hashes. */
#ifndef DUNNAGE_OBSERVE_REMEMBER_H
#define DUNNAGE_OBSERVE_REMEMBER_H

#include "base.h"

/* A hash of some bytes on top of another hash. */
uint64_t hash_of(uint64_t before, const char *bytes, size_t size);

/* Remembers it; false: it was already. */
bool remember(uint64_t hash);

#endif
