/* The memory file into which a program and its children note what they look at, and what makes them do so. */
#ifndef DUNNAGE_SEEN_H
#define DUNNAGE_SEEN_H

#include "sys.h"

/* An empty memory file for what stands at `program`, as a descriptor that no child inherits; `*environment` becomes the
 * environment that the program must be started with. -1 where it cannot be observed; then nothing is changed. */
int seen_open(const char *program, char ***environment);

#endif
