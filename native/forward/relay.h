/* Connections of the port, each passed on to the daemon's socket: bytes in both directions, and their ends. */
#ifndef DUNNAGE_FORWARD_RELAY_H
#define DUNNAGE_FORWARD_RELAY_H

#include "../sys.h"

#include <poll.h>
#include <sys/un.h>

enum {
    /* Connections at once; further ones wait in the port's queue. A build with 64 jobs has some 64. */
    CONNECTIONS_MAX = 256,
    RELAY_POLLED = 1 + 2 * CONNECTIONS_MAX,
};

/* Connects to the daemon without waiting: a descriptor that does not block, or -1 with errno. EAGAIN: its queue is
 * full. */
int connect_to(const struct sockaddr_un *daemon);

/* Appends what is waited for to `wanted`, of which `count` entries are in use and RELAY_POLLED are free. Returns poll's
 * timeout, in ms. */
int relay_wants(int listener, struct pollfd *wanted, nfds_t *count);

/* Does what can be done after poll has filled in the same entries. */
void relay(int listener, const struct sockaddr_un *daemon, const struct pollfd *wanted);

#endif
