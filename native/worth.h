/* Whether a call is worth asking the daemon about. */
#ifndef DUNNAGE_WORTH_H
#define DUNNAGE_WORTH_H

#include "sys.h"

/* Whether a program of this name (without a directory) drives compilers of C: `[<triple>-]gcc[-<version>]`, and the
 * same with g++, cc, c++, clang and clang++. */
bool is_driver(const char *name);

/* Whether a call may make something that can be kept: rustc with a crate's name, a compiler of C with `-c`; or asks
 * what cargo asks of rustc. Touches nothing. */
bool worth_asking(char **words);

#endif
