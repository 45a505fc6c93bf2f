/* The program that a launcher carries in its own file: launcher, program, trailer. */
#ifndef DUNNAGE_CARRIED_H
#define DUNNAGE_CARRIED_H

#include "../sys.h"

/* Finds the program in our own file. False: there is none, or the file is damaged. */
bool find_carried(void);

/* Its digest, as hex text; the same bytes that the daemon gave when the launcher was written. */
const char *carried_digest(void);

/* A file that can be executed, with the program in it: a memory file, then ones that have no name any more, for systems
 * that execute no memory files. Fills `path` and returns 0; an errno when there is no further way. To be called with
 * 0, 1, 2, … */
int carried_program(char *path, unsigned attempt);

#endif
