/* System calls that are made by their number through the C library. Rust's does so for what a C library may not have;
 * most of them have nothing to do with files, and a thread waits in one of them for its whole life. */
#include "next.h"
#include "note.h"
#include "opened.h"
#include "raw.h"
#include "world.h"

#include <linux/fcntl.h>

/* As in the kernel: struct open_how. */
struct how {
    uint64_t flags;
    uint64_t mode;
    uint64_t resolve;
};

#define PATH(value) ((const char *)(value))

static void note_call(long number, long a, long b, long c, long d) {
    switch (number) {
#ifdef __NR_open
    case __NR_open:
        note_open(AT_FDCWD, PATH(a), (int)b);
        break;
#endif
    case __NR_openat:
        note_open((int)a, PATH(b), (int)c);
        break;
#ifdef __NR_openat2
    case __NR_openat2:
        if (c) {
            note_open((int)a, PATH(b), (int)((const struct how *)c)->flags);
        }
        break;
#endif
#ifdef __NR_stat
    case __NR_stat:
    case __NR_lstat:
#endif
#ifdef __NR_stat64
    case __NR_stat64:
    case __NR_lstat64:
#endif
#ifdef __NR_access
    case __NR_access:
    case __NR_readlink:
#endif
    case __NR_chdir:
        note_path(WIRE_NOTE_LOOKED, AT_FDCWD, PATH(a));
        break;
#ifdef __NR_newfstatat
    case __NR_newfstatat:
#endif
#ifdef __NR_fstatat64
    case __NR_fstatat64:
#endif
#ifdef __NR_statx
    case __NR_statx:
#endif
#ifdef __NR_faccessat2
    case __NR_faccessat2:
#endif
    case __NR_faccessat:
    case __NR_readlinkat:
        note_path(WIRE_NOTE_LOOKED, (int)a, PATH(b));
        break;
    case __NR_getdents64:
        note_descriptor(WIRE_NOTE_LISTED, (int)a);
        break;
#ifdef __NR_unlink
    case __NR_unlink:
    case __NR_rmdir:
    case __NR_mkdir:
    case __NR_chmod:
        note_path(WIRE_NOTE_WROTE, AT_FDCWD, PATH(a));
        break;
#endif
    case __NR_unlinkat:
    case __NR_mkdirat:
    case __NR_fchmodat:
    case __NR_utimensat:
        note_path(WIRE_NOTE_WROTE, (int)a, PATH(b));
        break;
#ifdef __NR_rename
    case __NR_rename:
        note_path(WIRE_NOTE_WROTE, AT_FDCWD, PATH(a));
        note_path(WIRE_NOTE_WROTE, AT_FDCWD, PATH(b));
        break;
#endif
#ifdef __NR_renameat
    case __NR_renameat:
#endif
    case __NR_renameat2:
        note_path(WIRE_NOTE_WROTE, (int)a, PATH(b));
        note_path(WIRE_NOTE_WROTE, (int)c, PATH(d));
        break;
    case __NR_linkat:
        note_path(WIRE_NOTE_READ, (int)a, PATH(b));
        note_path(WIRE_NOTE_WROTE, (int)c, PATH(d));
        break;
    case __NR_symlinkat:
        note_path(WIRE_NOTE_WROTE, (int)b, PATH(c));
        break;
    case __NR_execve:
    case __NR_execveat:
        /* Without our variables: whatever it becomes notes nothing. */
        note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_EXEC);
        break;
    case __NR_uname:
        note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_MACHINE);
        break;
    case __NR_sched_getaffinity:
        note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_CORES);
        break;
#ifdef __NR_socket
    case __NR_socket:
        note_socket((int)a);
        break;
#endif
#ifdef __NR_clock_gettime
    case __NR_clock_gettime:
#endif
#ifdef __NR_clock_gettime64
    case __NR_clock_gettime64:
#endif
        note_clock((int)a);
        break;
#ifdef __NR_time
    case __NR_time:
#endif
#ifdef __NR_gettimeofday
    case __NR_gettimeofday:
#endif
        note_clock(0);
        break;
    default:
        break;
    }
}

/* With as many arguments as a call can have. They go on in the places that they came in, by a jump: a call that returns
 * twice (vfork) must find its stack as it was. */
WRAPPED(long, syscall, (long number, long a, long b, long c, long d, long e, long f)) {
    note_call(number, a, b, c, d);
    return NEXT(syscall)(number, a, b, c, d, e, f);
}
