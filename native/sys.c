/* Text, clocks and complaints. */
#include "sys.h"

#include <poll.h>
#include <time.h>

static int64_t clock_ns(clockid_t clock) {
    struct timespec at = {0, 0};
    (void)clock_gettime(clock, &at);
    return (int64_t)at.tv_sec * 1000000000 + (int64_t)at.tv_nsec;
}

int64_t now_ns(void) {
    return clock_ns(CLOCK_MONOTONIC);
}

int64_t now_ms(void) {
    return now_ns() / 1000000;
}

int64_t real_ns(void) {
    return clock_ns(CLOCK_REALTIME);
}

const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool starts_with(const char *text, const char *start) {
    return strncmp(text, start, strlen(start)) == 0;
}

bool append_bytes(char *into, size_t room, const char *text, size_t size) {
    size_t used = strlen(into);
    if (size >= room - used) {
        return false;
    }
    memcpy(into + used, text, size);
    into[used + size] = '\0';
    return true;
}

bool append(char *into, size_t room, const char *text) {
    return append_bytes(into, room, text, strlen(text));
}

bool append_number(char *into, size_t room, uint64_t number) {
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return append_bytes(into, room, digits + at, sizeof digits - at);
}

int write_all(int fd, const void *data, size_t size) {
    const char *at = data;
    while (size > 0) {
        ssize_t wrote = write(fd, at, size);
        if (wrote >= 0) {
            at += wrote;
            size -= (size_t)wrote;
        } else if (errno == EAGAIN) {
            /* Whoever gave us this stream made it non-blocking (node does); wait as a blocking one would. */
            struct pollfd room = {.fd = fd, .events = POLLOUT};
            (void)poll(&room, 1, -1);
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

void complain(const char *what, const char *which, int error) {
    static char line[PATH_MAX + 256];
    line[0] = '\0';
    (void)(append(line, sizeof line, "dunnage: ") && append(line, sizeof line, what) &&
           append(line, sizeof line, " ") && append(line, sizeof line, which) && append(line, sizeof line, ": ") &&
           append(line, sizeof line, strerror(error)) && append(line, sizeof line, "\n"));
    (void)write_all(STDERR_FILENO, line, strlen(line));
}
