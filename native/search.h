/* Where a program of a name lies in PATH, and which files are clients of dunnage's. */
#ifndef DUNNAGE_SEARCH_H
#define DUNNAGE_SEARCH_H

#include "sys.h"

/* What ends the file of every client, of any version and architecture: tools/build_client.py puts it there. So a client
 * knows another one that stands under a compiler's name. */
#define CLIENT_MARK "dunnage: client\n"

/* Whether the file is a client, this very one or another; the launcher is none. */
bool is_client(const char *path);

/* Finds what execvp would run for `name`, which has no slash, in `path` of PATH_MAX bytes. Clients are passed over.
 *
 * `behind`, if not NULL, is a path in PATH: only what stands behind it is looked at. "" is the first client of that
 * name, or nothing where none follows it. Whatever does not stand in PATH is nothing.
 *
 * Returns 0 or an errno; `passed`, if not NULL, becomes true where a client was passed over. */
int search_path(const char *name, const char *behind, char *path, bool *passed);

#endif
