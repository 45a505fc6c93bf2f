/* Files that are opened. */
#include "next.h"
#include "note.h"
#include "opened.h"

#include <linux/fcntl.h>

#ifndef O_TMPFILE /* not in every architecture's headers by that name */
#define O_TMPFILE (020000000 | O_DIRECTORY)
#endif

void note_open(int at, const char *path, int flags) {
    int way = flags & O_ACCMODE;
    if (flags & O_PATH) {
        note_path(WIRE_NOTE_LOOKED, at, path);
        return;
    }
    if ((flags & O_TMPFILE) == O_TMPFILE) {
        return; /* a file without a name, in a directory that nobody reads */
    }
    if ((flags & O_DIRECTORY) && way == O_RDONLY) {
        note_path(WIRE_NOTE_LOOKED, at, path); /* what its names are is asked later */
        return;
    }
    /* What is made anew or made empty says nothing of what was there. */
    bool anew = (flags & O_TRUNC) || ((flags & O_CREAT) && (flags & O_EXCL));
    if (way != O_WRONLY && !anew) {
        note_path(WIRE_NOTE_READ, at, path);
    }
    if (way != O_RDONLY || (flags & (O_CREAT | O_TRUNC))) {
        note_path(WIRE_NOTE_WROTE, at, path);
    }
}

/* The letters of fopen. */
static void note_fopen(const char *path, const char *mode) {
    if (!path || !mode) {
        return; /* freopen may change only the mode */
    }
    bool both = contains(mode, '+');
    if (*mode == 'r' || (*mode == 'a' && both)) {
        note_path(WIRE_NOTE_READ, AT_FDCWD, path);
    }
    if (*mode != 'r' || both) {
        note_path(WIRE_NOTE_WROTE, AT_FDCWD, path);
    }
}

/* `mode` is an argument only where a file may be made; where it is not, whatever is passed on means nothing. */
#define OPENS(name)                                                                                                    \
    WRAPPED(int, name, (const char *path, int flags, unsigned mode)) {                                                 \
        note_open(AT_FDCWD, path, flags);                                                                              \
        return NEXT(name)(path, flags, mode);                                                                          \
    }
#define OPENS_AT(name)                                                                                                 \
    WRAPPED(int, name, (int at, const char *path, int flags, unsigned mode)) {                                         \
        note_open(at, path, flags);                                                                                    \
        return NEXT(name)(at, path, flags, mode);                                                                      \
    }
#define CREATES(name)                                                                                                  \
    WRAPPED(int, name, (const char *path, unsigned mode)) {                                                            \
        note_path(WIRE_NOTE_WROTE, AT_FDCWD, path);                                                                    \
        return NEXT(name)(path, mode);                                                                                 \
    }
#define OPENS_STREAM(name)                                                                                             \
    WRAPPED(void *, name, (const char *path, const char *mode)) {                                                      \
        note_fopen(path, mode);                                                                                        \
        return NEXT_POINTER(name)(path, mode);                                                                         \
    }
#define REOPENS_STREAM(name)                                                                                           \
    WRAPPED(void *, name, (const char *path, const char *mode, void *stream)) {                                        \
        note_fopen(path, mode);                                                                                        \
        return NEXT_POINTER(name)(path, mode, stream);                                                                 \
    }

OPENS(open)
OPENS(open64)
OPENS(__open_2)
OPENS(__open64_2)
OPENS_AT(openat)
OPENS_AT(openat64)
OPENS_AT(__openat_2)
OPENS_AT(__openat64_2)
CREATES(creat)
CREATES(creat64)
OPENS_STREAM(fopen)
OPENS_STREAM(fopen64)
REOPENS_STREAM(freopen)
REOPENS_STREAM(freopen64)

WRAPPED(int, posix_spawn_file_actions_addopen, (void *actions, int fd, const char *path, int flags, unsigned mode)) {
    note_open(AT_FDCWD, path, flags);
    return NEXT_ERROR(posix_spawn_file_actions_addopen)(actions, fd, path, flags, mode);
}
