/* Which program a call means, whether it is worth asking the daemon about, and how we become it. */
#ifndef DUNNAGE_PROGRAM_H
#define DUNNAGE_PROGRAM_H

#include "sys.h"

/* Finds what execvp would run for `name`, never ourselves. `path` has PATH_MAX bytes. Returns 0 or an errno. */
int find_program(const char *name, char *path);

/* Becomes the program (argv[0] as named), with our environment and descriptors. Does not return. */
_Noreturn void become(char **argv);

/* Whether a call may make something that can be kept: rustc with a crate's name. Touches nothing. */
bool worth_asking(int argc, char **argv);

#endif
