/* What execvp and posix_spawnp would run. */
#ifndef DUNNAGE_OBSERVE_SEARCH_H
#define DUNNAGE_OBSERVE_SEARCH_H

#include "base.h"

/* Finds a program in PATH and notes each place where it was looked for. `path` has PATH_BYTES_MAX bytes. False: it is
 * nowhere. A name with a slash is its own path. */
bool search_program(const char *name, char *path);

#endif
