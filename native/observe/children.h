/* The environment of what this process becomes or starts. */
#ifndef DUNNAGE_OBSERVE_CHILDREN_H
#define DUNNAGE_OBSERVE_CHILDREN_H

#include "base.h"

enum {
    VARIABLES_MAX = 4096, /* with more, a child goes without: they would take too much of a stack */
    PRELOAD_BYTES_MAX = 2 * PATH_BYTES_MAX,
};

/* Whether these words are those of a linker that notes for itself (limits.NOTES_DESCRIPTOR): it and its children are
 * none of our business. */
bool is_noting_linker(char *const *words);

size_t count_of(char *const *texts);

/* `env` with what makes a child observed, in `room` for two more (and a NULL); `preload` has PRELOAD_BYTES_MAX bytes.
 * Where the library does not fit into the program it goes without it, and its own children may have it again. Returns
 * `env` itself where nothing can be done. */
char *const *observed_environment(char *const *env, bool fits, char **room, char *preload);

#endif
