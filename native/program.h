/* Which program a call means, whether there is a daemon to ask, and how we become it. */
#ifndef DUNNAGE_PROGRAM_H
#define DUNNAGE_PROGRAM_H

#include "sys.h"

/* Finds what execvp would run for `name`, never ourselves. `path` has PATH_MAX bytes. Returns 0 or an errno. */
int find_program(const char *name, char *path);

/* How a launcher gives the program that it carries: fills `path` with a file that can be executed, 0 or an errno. Asked
 * again with 1, 2, … where that file could not be. */
typedef int (*find_carrier)(char *path, unsigned attempt);
enum { CARRIER_ATTEMPTS = 2 };

/* From here on `name` (this very pointer) means the program that is carried. */
void carry(const char *name, find_carrier find);

/* The daemon's socket; NULL where nobody is to be asked: there is none, or we are switched off. */
const char *where_to_ask(void);

/* Whether what we run is observed for somebody else (DUNNAGE_SEEN), who has to know what our program reads. The daemon
 * tells him of C units only. */
bool is_observed(void);

/* Takes the directory of links that stands in front of PATH (DUNNAGE_MASQUERADE) out of it. What cargo starts is told
 * of us by RUSTC_WRAPPER, and shall find linkers and whatever else it looks for where it does without us. */
void leave_masquerade(void);

/* Becomes the program (argv[0] as named), with our environment and descriptors. Does not return. */
_Noreturn void become(char **argv);

#endif
