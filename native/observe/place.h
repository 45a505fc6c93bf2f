/* Which directory a relative path is relative to. */
#ifndef DUNNAGE_OBSERVE_PLACE_H
#define DUNNAGE_OBSERVE_PLACE_H

#include "base.h"

/* The path of a directory with a slash at its end, into `path` of PATH_BYTES_MAX bytes; its size, 0: it has no path. */
size_t directory_of(int at, char *path);

/* The path behind a descriptor, without that slash; its size, 0: it has none. */
size_t path_of(int fd, char *path);

/* Counts the working directories that this process has had, so that a relative path which was noted need not be made
 * absolute again. False: it cannot be counted, because a child that shares our memory has changed its own. */
bool directory_turn(uint64_t *turn);

/* The working directory may be another one now. */
void directory_changed(void);

#endif
