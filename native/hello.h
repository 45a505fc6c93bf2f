/* The greeting: what the client was called with, and where it stands. */
#ifndef DUNNAGE_HELLO_H
#define DUNNAGE_HELLO_H

#include "sys.h"
#include "writer.h"

/* Sends HELLO. False: it cannot be said (no current directory, no such program, too large), or the daemon is gone. */
bool say_hello(struct writer *writer, char **argv);

#endif
