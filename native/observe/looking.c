/* Files that are looked at without being opened. The structures that are filled differ between C libraries and their
 * versions; here they are only passed on. */
#include "next.h"
#include "note.h"
#include "place.h"

#include <linux/fcntl.h>

#define LOOKS(name)                                                                                                    \
    WRAPPED(int, name, (const char *path, void *found)) {                                                              \
        note_path(WIRE_NOTE_LOOKED, AT_FDCWD, path);                                                                   \
        return NEXT(name)(path, found);                                                                                \
    }
#define LOOKS_AT(name)                                                                                                 \
    WRAPPED(int, name, (int at, const char *path, void *found, int flags)) {                                           \
        note_path(WIRE_NOTE_LOOKED, at, path);                                                                         \
        return NEXT(name)(at, path, found, flags);                                                                     \
    }
/* Before 2.33 glibc's stat was a function of its header that called one of these. */
#define LOOKS_OLD(name)                                                                                                \
    WRAPPED(int, name, (int version, const char *path, void *found)) {                                                 \
        note_path(WIRE_NOTE_LOOKED, AT_FDCWD, path);                                                                   \
        return NEXT(name)(version, path, found);                                                                       \
    }
#define LOOKS_AT_OLD(name)                                                                                             \
    WRAPPED(int, name, (int version, int at, const char *path, void *found, int flags)) {                              \
        note_path(WIRE_NOTE_LOOKED, at, path);                                                                         \
        return NEXT(name)(version, at, path, found, flags);                                                            \
    }
#define ACCESSES(name)                                                                                                 \
    WRAPPED(int, name, (const char *path, int mode)) {                                                                 \
        note_path(WIRE_NOTE_LOOKED, AT_FDCWD, path);                                                                   \
        return NEXT(name)(path, mode);                                                                                 \
    }

LOOKS(stat)
LOOKS(stat64)
LOOKS(lstat)
LOOKS(lstat64)
LOOKS(__stat64_time64)
LOOKS(__lstat64_time64)
LOOKS(__stat_time64)
LOOKS(__lstat_time64)
LOOKS_AT(fstatat)
LOOKS_AT(fstatat64)
LOOKS_AT(__fstatat64_time64)
LOOKS_AT(__fstatat_time64)
LOOKS_OLD(__xstat)
LOOKS_OLD(__xstat64)
LOOKS_OLD(__lxstat)
LOOKS_OLD(__lxstat64)
LOOKS_AT_OLD(__fxstatat)
LOOKS_AT_OLD(__fxstatat64)
ACCESSES(access)
ACCESSES(euidaccess)
ACCESSES(eaccess)

WRAPPED(int, statx, (int at, const char *path, int flags, unsigned mask, void *found)) {
    note_path(WIRE_NOTE_LOOKED, at, path);
    return NEXT(statx)(at, path, flags, mask, found);
}

WRAPPED(int, faccessat, (int at, const char *path, int mode, int flags)) {
    note_path(WIRE_NOTE_LOOKED, at, path);
    return NEXT(faccessat)(at, path, mode, flags);
}

WRAPPED(long, readlink, (const char *path, char *target, size_t size)) {
    note_path(WIRE_NOTE_LOOKED, AT_FDCWD, path);
    return NEXT(readlink)(path, target, size);
}

WRAPPED(long, readlinkat, (int at, const char *path, char *target, size_t size)) {
    note_path(WIRE_NOTE_LOOKED, at, path);
    return NEXT(readlinkat)(at, path, target, size);
}

WRAPPED(long, __readlink_chk, (const char *path, char *target, size_t size, size_t room)) {
    note_path(WIRE_NOTE_LOOKED, AT_FDCWD, path);
    return NEXT(__readlink_chk)(path, target, size, room);
}

WRAPPED(long, __readlinkat_chk, (int at, const char *path, char *target, size_t size, size_t room)) {
    note_path(WIRE_NOTE_LOOKED, at, path);
    return NEXT(__readlinkat_chk)(at, path, target, size, room);
}

WRAPPED(char *, realpath, (const char *path, char *target)) {
    note_path(WIRE_NOTE_LOOKED, AT_FDCWD, path);
    return NEXT_POINTER(realpath)(path, target);
}

WRAPPED(char *, __realpath_chk, (const char *path, char *target, size_t room)) {
    note_path(WIRE_NOTE_LOOKED, AT_FDCWD, path);
    return NEXT_POINTER(__realpath_chk)(path, target, room);
}

WRAPPED(char *, canonicalize_file_name, (const char *path)) {
    note_path(WIRE_NOTE_LOOKED, AT_FDCWD, path);
    return NEXT_POINTER(canonicalize_file_name)(path);
}

/* The turn counts after the directory is another one, so that no thread takes the old one for the new. */
WRAPPED(int, chdir, (const char *path)) {
    note_path(WIRE_NOTE_LOOKED, AT_FDCWD, path);
    int done = NEXT(chdir)(path);
    directory_changed();
    return done;
}

WRAPPED(int, fchdir, (int fd)) {
    int done = NEXT(fchdir)(fd);
    directory_changed();
    return done;
}
