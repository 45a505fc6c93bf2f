/* Gives away the file of a blob itself instead of a copy. */
#ifndef DUNNAGE_LEND_H
#define DUNNAGE_LEND_H

#include "sys.h"

/* Gives the open file the name `temporary`, too, which stands beside `path`, as a file that is made now; false: it has
 * no new name, and has to be copied. */
bool lend(int fd, const char *path, const char *temporary);

#endif
