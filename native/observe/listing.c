/* Directories whose names are read. */
#include "next.h"
#include "note.h"

#include <linux/fcntl.h>

enum { OWN_FUNCTIONS = 1 << 6 }; /* GLOB_ALTDIRFUNC: the program's, which are wrapped themselves */

#define LISTS(name)                                                                                                    \
    WRAPPED(int, name, (const char *path, void *names, void *filter, void *compare)) {                                 \
        note_path(WIRE_NOTE_LISTED, AT_FDCWD, path);                                                                   \
        return NEXT(name)(path, names, filter, compare);                                                               \
    }
#define LISTS_AT(name)                                                                                                 \
    WRAPPED(int, name, (int at, const char *path, void *names, void *filter, void *compare)) {                         \
        note_path(WIRE_NOTE_LISTED, at, path);                                                                         \
        return NEXT(name)(at, path, names, filter, compare);                                                           \
    }
/* These go through whole trees, and call what nobody can stand in front of. */
#define WALKS(name)                                                                                                    \
    WRAPPED(int, name, (const char *path, void *visit, int fds, int flags)) {                                          \
        note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_LISTING);                                                              \
        return NEXT(name)(path, visit, fds, flags);                                                                    \
    }
#define WALKS_ALL(name)                                                                                                \
    WRAPPED(void *, name, (char *const *paths, int flags, void *compare)) {                                            \
        note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_LISTING);                                                              \
        return NEXT_POINTER(name)(paths, flags, compare);                                                              \
    }
#define MATCHES(name)                                                                                                  \
    WRAPPED(int, name, (const char *pattern, int flags, void *trouble, void *found)) {                                 \
        if (!(flags & OWN_FUNCTIONS)) {                                                                                \
            note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_LISTING);                                                          \
        }                                                                                                              \
        return NEXT(name)(pattern, flags, trouble, found);                                                             \
    }

LISTS(scandir)
LISTS(scandir64)
LISTS_AT(scandirat)
LISTS_AT(scandirat64)
WALKS(ftw)
WALKS(ftw64)
WALKS(nftw)
WALKS(nftw64)
WALKS(__ftw64_time64)
WALKS(__nftw64_time64)
WALKS_ALL(fts_open)
WALKS_ALL(fts64_open)
WALKS_ALL(__fts64_open_time64)
MATCHES(glob)
MATCHES(glob64)
MATCHES(__glob64_time64)

WRAPPED(void *, opendir, (const char *path)) {
    note_path(WIRE_NOTE_LISTED, AT_FDCWD, path);
    return NEXT_POINTER(opendir)(path);
}

WRAPPED(void *, fdopendir, (int fd)) {
    note_descriptor(WIRE_NOTE_LISTED, fd);
    return NEXT_POINTER(fdopendir)(fd);
}
