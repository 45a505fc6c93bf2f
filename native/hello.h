/* The greeting: what the client was called with, and where it stands. */
#ifndef DUNNAGE_HELLO_H
#define DUNNAGE_HELLO_H

#include "sys.h"
#include "writer.h"

/* Which streams are terminals, as the bits of HELLO. False when one of them is not open at all: then our socket or a
 * pipe would take its number, and the compiler would write into it what was meant for nobody. To be asked before
 * either. */
bool find_terminals(uint8_t *bits);

/* Sends HELLO. `payload`: the digest of the program that a launcher carries, "" for a client. False: it cannot be said
 * (no current directory, no such program, too large), or the daemon is gone. */
bool say_hello(struct writer *writer, char **argv, uint8_t tty, const char *payload);

#endif
