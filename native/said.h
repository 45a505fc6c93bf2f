/* What was said in the compiler's name before all of its files were there.
 *
 * Where the compiler has to run after all, it says the same again, and cargo, which takes a second notice of a unit's
 * metadata for a bug of its own and panics, must not hear it.
 */
#ifndef DUNNAGE_SAID_H
#define DUNNAGE_SAID_H

#include "sys.h"

/* Prints to stderr and remembers; false, and nothing is printed, when that is more than can be remembered. */
bool say_early(const struct span *text);

/* Whether the compiler would say something again. */
bool has_said(void);

/* How much of what the compiler says on stderr, chunk by chunk, was said already. From the first byte on that differs,
 * nothing was. */
size_t said_already(const uint8_t *chunk, size_t size);

#endif
