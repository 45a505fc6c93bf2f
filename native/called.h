/* Which command a call of the client means. */
#ifndef DUNNAGE_CALLED_H
#define DUNNAGE_CALLED_H

#include "sys.h"

/* The command's words; NULL: there are none. May change our environment (DUNNAGE_FOUND), and puts a whole path into the
 * first word where we stand in front of the compiler under its name. */
char **called_as(char **argv);

#endif
