/* Whether this process is observed: opens the memory file, and takes our two variables out of the environment.
 *
 * They are taken out so that the program, whatever it prints of its environment, prints what it would without us.
 * Whatever it becomes or starts gets them back (children.c).
 */
#include "state.h"

#include "arguments.h"
#include "libraries.h"
#include "next.h"
#include "note.h"
#include "raw.h"

#include "../wire.h"

#include <linux/fcntl.h>

static const char PRELOAD[] = "LD_PRELOAD=";
static const char SEEN[] = WIRE_SEEN_VARIABLE "=";

int observe_state = STATE_UNKNOWN;
char seen_variable[sizeof SEEN + 64];
char library[PATH_BYTES_MAX];
size_t library_size;

/* Where this variable stands, NULL: nowhere. */
static char **variable(const char *start) {
    for (char **each = environ; each && *each; each++) {
        if (begins_with(*each, start)) {
            return each;
        }
    }
    return NULL;
}

static void take_out(char **where) {
    do {
        where[0] = where[1];
    } while (*where++);
}

/* Our own path in the list behind `LD_PRELOAD=`; it goes on at `*rest`. NULL: we are not in it. */
static char *own_entry(char *list, char **rest) {
    for (char *at = list;;) {
        size_t size = 0;
        while (at[size] && at[size] != ':' && at[size] != ' ') {
            size++;
        }
        if (ends_with(at, size, "/" WIRE_SEEN_LIBRARY) && size < PATH_BYTES_MAX) {
            copy_bytes(library, at, size);
            library_size = size;
            *rest = at + size + (at[size] ? 1 : 0);
            return at;
        }
        if (!at[size]) {
            return NULL;
        }
        at += size + 1;
    }
}

/* The memory file, or NULL: not to be opened (another user, another /proc), or not one of ours. */
static void *open_memory(const char *path) {
    void *memory = NULL;
    long fd = raw(__NR_openat, AT_FDCWD, (long)path, O_RDWR | O_CLOEXEC, 0);
    if (fd < 0) {
        return NULL;
    }
    if (raw(__NR_lseek, fd, 0, 2 /* SEEK_END */, 0) == WIRE_SEEN_BYTES_MAX) {
        memory = raw_map(WIRE_SEEN_BYTES_MAX, (int)fd);
    }
    (void)raw(__NR_close, fd, 0, 0, 0);
    return memory;
}

/* The whole of it; false: not observed, and the environment is as it was. */
static bool find_out(void) {
    char **seen = variable(SEEN);
    char **preload = variable(PRELOAD);
    char *rest;
    if (!seen || !preload || length_of(*seen) >= sizeof seen_variable) {
        return false;
    }
    char *entry = own_entry(*preload + sizeof PRELOAD - 1, &rest);
    void *memory = entry ? open_memory(*seen + sizeof SEEN - 1) : NULL;
    if (!memory || !notes_begin(memory)) {
        return false;
    }
    copy_bytes(seen_variable, *seen, length_of(*seen) + 1);
    /* What else is preloaded stays, in the same piece of memory. */
    bool more = entry != *preload + sizeof PRELOAD - 1 || *rest;
    if (more) {
        size_t left = length_of(rest) + 1;
        char *to = entry;
        if (left == 1) {
            to[-1] = '\0'; /* the separator in front of us */
        } else {
            copy_bytes(to, rest, left);
        }
    } else {
        take_out(preload);
    }
    take_out(variable(SEEN));
    return true;
}

bool begin(void) {
    int unknown = STATE_UNKNOWN;
    if (!__atomic_compare_exchange_n(&observe_state, &unknown, STATE_BEGINNING, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE)) {
        return unknown == STATE_ON;
    }
    bool on = find_out();
    __atomic_store_n(&observe_state, on ? STATE_ON : STATE_OFF, __ATOMIC_RELEASE);
    if (on) {
        note_libraries();
        note_arguments();
    }
    return on;
}

static __attribute__((constructor)) void constructor(void) {
    find_next_functions();
    (void)observing();
}
