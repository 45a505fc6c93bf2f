/* The port on loopback that is listened on. */
#ifndef DUNNAGE_FORWARD_LISTENING_H
#define DUNNAGE_FORWARD_LISTENING_H

#include "../sys.h"

/* Listens on 127.0.0.1. Returns a descriptor that does not block, or -1, and then a sentence has been said. */
int listen_on(uint16_t port);

#endif
