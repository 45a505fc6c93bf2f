/* What the forwarder says, all of it to stderr: one sentence, and what to do. */
#ifndef DUNNAGE_FORWARD_SAYING_H
#define DUNNAGE_FORWARD_SAYING_H

#include "../sys.h"

/* "dunnage-forward: <what><more>. <advice>"; `advice` may be "". */
void say(const char *what, const char *more, const char *advice);

/* The same with the words of an errno in the middle. */
void say_error(const char *what, int error, const char *advice);

#endif
