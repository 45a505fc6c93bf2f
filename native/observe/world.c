/* What is no file: the network, the time of day, how many processors there are, how the machine is called. */
#include "world.h"
#include "next.h"
#include "note.h"

enum { LOCAL = 1 /* AF_UNIX */, PROCESSORS_CONFIGURED = 83, PROCESSORS_ONLINE = 84 };

/* CLOCK_REALTIME, _COARSE, _ALARM and CLOCK_TAI tell the time of day, the others only how much of it has gone by. */
void note_clock(int clock) {
    if (clock == 0 || clock == 5 || clock == 8 || clock == 11) {
        note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_CLOCK);
    }
}

void note_socket(int family) {
    if (family != LOCAL) {
        note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_NETWORK);
    }
}

#define ASKS_A_NAME(name)                                                                                              \
    WRAPPED(void *, name, (const char *host, int family)) {                                                            \
        note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_NETWORK);                                                              \
        return NEXT_POINTER(name)(host, family);                                                                       \
    }
#define ASKS_TIME(name)                                                                                                \
    WRAPPED(long, name, (void *now, long more)) {                                                                      \
        note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_CLOCK);                                                                \
        return NEXT(name)(now, more);                                                                                  \
    }
#define ASKS_CLOCK(name)                                                                                               \
    WRAPPED(int, name, (int clock, void *now)) {                                                                       \
        note_clock(clock);                                                                                             \
        return NEXT(name)(clock, now);                                                                                 \
    }
#define COUNTS(name)                                                                                                   \
    WRAPPED(int, name, (void)) {                                                                                       \
        note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_CORES);                                                                \
        return NEXT(name)();                                                                                           \
    }
#define ASKS_FOR_A_NAME(name)                                                                                          \
    WRAPPED(int, name, (char *room, size_t size)) {                                                                    \
        note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_MACHINE);                                                              \
        return NEXT(name)(room, size);                                                                                 \
    }

WRAPPED(int, socket, (int family, int type, int protocol)) {
    note_socket(family);
    return NEXT(socket)(family, type, protocol);
}

WRAPPED(int, connect, (int fd, const unsigned short *address, unsigned size)) {
    if (address && size >= sizeof *address) {
        note_socket(*address);
    }
    return NEXT(connect)(fd, address, size);
}

/* Its errors are numbers of its own; -1 is one of them in both C libraries. */
WRAPPED(int, getaddrinfo, (const char *host, const char *service, void *wanted, void *found)) {
    note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_NETWORK);
    return NEXT(getaddrinfo)(host, service, wanted, found);
}

ASKS_A_NAME(gethostbyname)
ASKS_A_NAME(gethostbyname2)

WRAPPED(int, gethostbyname_r, (const char *host, void *entry, char *room, size_t size, void *found, int *error)) {
    note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_NETWORK);
    return NEXT(gethostbyname_r)(host, entry, room, size, found, error);
}

WRAPPED(int, gethostbyname2_r,
        (const char *host, int family, void *entry, char *room, size_t size, void *found, int *error)) {
    note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_NETWORK);
    return NEXT(gethostbyname2_r)(host, family, entry, room, size, found, error);
}

ASKS_TIME(gettimeofday)
ASKS_TIME(timespec_get)
ASKS_TIME(__gettimeofday64)
ASKS_TIME(__gettimeofday_time64)
ASKS_TIME(__timespec_get64)
ASKS_TIME(__timespec_get_time64)
ASKS_CLOCK(clock_gettime)
ASKS_CLOCK(__clock_gettime64)
COUNTS(get_nprocs)
COUNTS(get_nprocs_conf)
ASKS_FOR_A_NAME(gethostname)
ASKS_FOR_A_NAME(getdomainname)

/* With as many bits as the C library gives it. */
WRAPPED(long, time, (long *now)) {
    note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_CLOCK);
    return NEXT(time)(now);
}

WRAPPED(long long, __time64, (long long *now)) {
    note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_CLOCK);
    return NEXT(__time64)(now);
}

WRAPPED(int, sched_getaffinity, (int pid, size_t size, void *found)) {
    note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_CORES);
    return NEXT(sched_getaffinity)(pid, size, found);
}

WRAPPED(long, sysconf, (int what)) {
    if (what == PROCESSORS_CONFIGURED || what == PROCESSORS_ONLINE) {
        note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_CORES);
    }
    return NEXT(sysconf)(what);
}

WRAPPED(int, uname, (void *found)) {
    note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_MACHINE);
    return NEXT(uname)(found);
}

WRAPPED(long, gethostid, (void)) {
    note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_MACHINE);
    return NEXT(gethostid)();
}
