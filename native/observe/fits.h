/* Whether the library can be loaded into a program. */
#ifndef DUNNAGE_OBSERVE_FITS_H
#define DUNNAGE_OBSERVE_FITS_H

#include "base.h"

/* False: a program of another class or machine, whose dynamic loader would complain; or the library is gone. A program
 * without a dynamic loader fits: it passes the environment on. */
bool library_fits(int at, const char *path);

#endif
