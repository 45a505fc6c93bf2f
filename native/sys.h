/* What every file of the client stands on: the system's headers, text, clocks.
 *
 * The client owns no heap, no stdio and no locale. What it needs beyond its stack lies in static buffers, which cost
 * memory only as far as they are touched.
 */
#ifndef DUNNAGE_SYS_H
#define DUNNAGE_SYS_H

#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

extern char **environ;

/* Text that is not ended by a NUL: it lies in a frame. */
struct span {
    const char *at;
    uint32_t size;
};

/* Milliseconds and nanoseconds of CLOCK_MONOTONIC; nanoseconds of CLOCK_REALTIME, the fine
 * one: where the kernel stamps files by a coarse clock it is never behind such a stamp. */
int64_t now_ms(void);
int64_t now_ns(void);
int64_t real_ns(void);

/* The last component of a path. */
const char *base_name(const char *path);
bool starts_with(const char *text, const char *start);

/* Appends to a text in `into` of `room` bytes; false (and nothing is cut silently) when there is no room. */
bool append(char *into, size_t room, const char *text);
bool append_bytes(char *into, size_t room, const char *text, size_t size);
bool append_number(char *into, size_t room, uint64_t number);

/* Writes all of it to a stream of ours, however long that takes. Returns 0 or the errno that ended it. */
int write_all(int fd, const void *data, size_t size);

/* One line to stderr: "dunnage: <what>: <which>: <error>". Only ever said when no compiler can be run. */
void complain(const char *what, const char *which, int error);

#endif
