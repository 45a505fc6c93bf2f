/* The connection: bounded waiting, and descriptors that travel with the bytes. */
#ifndef DUNNAGE_SOCK_H
#define DUNNAGE_SOCK_H

#include "sys.h"
#include "wire.h"

#include <sys/un.h>

/* The address of a path, in `address`, which is all zeros. One that is too long for it is reached through a descriptor
 * of its directory, which stays open for as long as the process lives. False: there is none. */
bool sock_address(const char *path, struct sockaddr_un *address);

/* Connects to the daemon's socket within WIRE_CONNECT_TIMEOUT_MS. Returns the descriptor or -1. */
int sock_connect(const char *path);

/* Sends all of it, `fds` with its first byte, until `deadline_ms`. False: the daemon is gone. */
bool sock_send(int sock, const void *data, size_t size, const int *fds, unsigned count, int64_t deadline_ms);

/* Receives some bytes (0 at the end, -1 on trouble) until `deadline_ms`, and appends descriptors that came with them to
 * `fds`, which has room for WIRE_FDS_PER_FRAME_MAX; more than that is trouble. */
ssize_t sock_receive(int sock, void *into, size_t room, int *fds, unsigned *count, int64_t deadline_ms);

#endif
