/* The memory file into which a linker notes what it reads. */
#ifndef DUNNAGE_NOTES_H
#define DUNNAGE_NOTES_H

#include "sys.h"

/* An empty memory file as the descriptor WIRE_NOTES_DESCRIPTOR, which a child may name /proc/self/fd/<number>. -1 where
 * the kernel has none, the number is in use or too high, or there is no /proc. */
int notes_open(void);

#endif
