/* Which directory a relative path is relative to. */
#include "place.h"

#include "note.h"
#include "raw.h"

#include <linux/fcntl.h>

static const char DELETED[] = " (deleted)";

static uint32_t turns;
static bool unsure;

size_t path_of(int fd, char *path) {
    char link[32] = "/proc/self/fd/";
    if (fd < 0) {
        return 0;
    }
    size_t size = length_of(link);
    link[size + write_number(link + size, (uint32_t)fd)] = '\0';
    long got = raw(__NR_readlinkat, AT_FDCWD, (long)link, (long)path, PATH_BYTES_MAX - 1);
    if (got <= 0 || path[0] != '/' || ends_with(path, (size_t)got, DELETED)) {
        return 0; /* no such descriptor, a pipe, a file without a name */
    }
    path[got] = '\0';
    return (size_t)got;
}

static size_t working_directory(char *path) {
    long got = raw(__NR_getcwd, (long)path, PATH_BYTES_MAX - 1, 0, 0);
    return got > 1 && path[0] == '/' ? (size_t)got - 1 : 0; /* the kernel counts the NUL */
}

size_t directory_of(int at, char *path) {
    size_t size = at == AT_FDCWD ? working_directory(path) : path_of(at, path);
    if (size > 0 && path[size - 1] != '/') {
        path[size++] = '/';
    }
    return size;
}

bool directory_turn(uint64_t *turn) {
    *turn = __atomic_load_n(&turns, __ATOMIC_ACQUIRE);
    return !__atomic_load_n(&unsure, __ATOMIC_RELAXED);
}

void directory_changed(void) {
    if (is_borrowed()) {
        __atomic_store_n(&unsure, true, __ATOMIC_RELAXED);
    }
    (void)__atomic_add_fetch(&turns, 1, __ATOMIC_ACQ_REL);
}
