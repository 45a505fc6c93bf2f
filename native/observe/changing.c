/* Files that are made, moved, removed or changed without being opened. */
#include "next.h"
#include "note.h"

#include <linux/fcntl.h>

/* The widths of a mode, a device, an offset or a time differ; whatever they are they go on in the places that they came
 * in, two words for what is wider than one. */
#define CHANGES(name)                                                                                                  \
    WRAPPED(int, name, (const char *path, long one, long two, long three)) {                                           \
        note_path(WIRE_NOTE_WROTE, AT_FDCWD, path);                                                                    \
        return NEXT(name)(path, one, two, three);                                                                      \
    }
#define CHANGES_AT(name)                                                                                               \
    WRAPPED(int, name, (int at, const char *path, long one, long two, long three, long four)) {                        \
        note_path(WIRE_NOTE_WROTE, at, path);                                                                          \
        return NEXT(name)(at, path, one, two, three, four);                                                            \
    }
#define CHANGES_OLD(name)                                                                                              \
    WRAPPED(int, name, (int version, const char *path, unsigned mode, void *device)) {                                 \
        note_path(WIRE_NOTE_WROTE, AT_FDCWD, path);                                                                    \
        return NEXT(name)(version, path, mode, device);                                                                \
    }

CHANGES(unlink)
CHANGES(remove)
CHANGES(rmdir)
CHANGES(mkdir)
CHANGES(mknod)
CHANGES(mkfifo)
CHANGES(truncate)
CHANGES(truncate64)
CHANGES(chmod)
CHANGES(lchmod)
CHANGES(chown)
CHANGES(lchown)
CHANGES(utime)
CHANGES(utimes)
CHANGES(lutimes)
CHANGES(__utime64)
CHANGES(__utimes64)
CHANGES(__lutimes64)
CHANGES(__utime_time64)
CHANGES(__utimes_time64)
CHANGES(__lutimes_time64)
CHANGES_AT(unlinkat)
CHANGES_AT(mkdirat)
CHANGES_AT(mknodat)
CHANGES_AT(mkfifoat)
CHANGES_AT(fchmodat)
CHANGES_AT(fchownat)
CHANGES_AT(futimesat)
CHANGES_AT(utimensat)
CHANGES_AT(__futimesat64)
CHANGES_AT(__utimensat64)
CHANGES_AT(__futimesat_time64)
CHANGES_AT(__utimensat_time64)
CHANGES_OLD(__xmknod)

WRAPPED(int, __xmknodat, (int version, int at, const char *path, unsigned mode, void *device)) {
    note_path(WIRE_NOTE_WROTE, at, path);
    return NEXT(__xmknodat)(version, at, path, mode, device);
}

WRAPPED(int, rename, (const char *from, const char *to)) {
    note_path(WIRE_NOTE_WROTE, AT_FDCWD, from);
    note_path(WIRE_NOTE_WROTE, AT_FDCWD, to);
    return NEXT(rename)(from, to);
}

WRAPPED(int, renameat, (int from_at, const char *from, int to_at, const char *to)) {
    note_path(WIRE_NOTE_WROTE, from_at, from);
    note_path(WIRE_NOTE_WROTE, to_at, to);
    return NEXT(renameat)(from_at, from, to_at, to);
}

WRAPPED(int, renameat2, (int from_at, const char *from, int to_at, const char *to, unsigned flags)) {
    note_path(WIRE_NOTE_WROTE, from_at, from);
    note_path(WIRE_NOTE_WROTE, to_at, to);
    return NEXT(renameat2)(from_at, from, to_at, to, flags);
}

/* A link has the contents of what it links to: they count as read. */
WRAPPED(int, link, (const char *from, const char *to)) {
    note_path(WIRE_NOTE_READ, AT_FDCWD, from);
    note_path(WIRE_NOTE_WROTE, AT_FDCWD, to);
    return NEXT(link)(from, to);
}

WRAPPED(int, linkat, (int from_at, const char *from, int to_at, const char *to, int flags)) {
    note_path(WIRE_NOTE_READ, from_at, from);
    note_path(WIRE_NOTE_WROTE, to_at, to);
    return NEXT(linkat)(from_at, from, to_at, to, flags);
}

WRAPPED(int, symlink, (const char *target, const char *path)) {
    note_path(WIRE_NOTE_WROTE, AT_FDCWD, path);
    return NEXT(symlink)(target, path);
}

WRAPPED(int, symlinkat, (const char *target, int at, const char *path)) {
    note_path(WIRE_NOTE_WROTE, at, path);
    return NEXT(symlinkat)(target, at, path);
}
