/* Files whose names the C library makes up. The name is known afterwards, so these are no jumps. */
#include "next.h"
#include "note.h"

#include <linux/fcntl.h>

#define MAKES(name)                                                                                                    \
    WRAPPED(int, name, (char *pattern)) {                                                                              \
        int made = NEXT(name)(pattern);                                                                                \
        note_path(WIRE_NOTE_WROTE, AT_FDCWD, pattern);                                                                 \
        return made;                                                                                                   \
    }
#define MAKES_WITH(name)                                                                                               \
    WRAPPED(int, name, (char *pattern, int one)) {                                                                     \
        int made = NEXT(name)(pattern, one);                                                                           \
        note_path(WIRE_NOTE_WROTE, AT_FDCWD, pattern);                                                                 \
        return made;                                                                                                   \
    }
#define MAKES_WITH_BOTH(name)                                                                                          \
    WRAPPED(int, name, (char *pattern, int suffix, int flags)) {                                                       \
        int made = NEXT(name)(pattern, suffix, flags);                                                                 \
        note_path(WIRE_NOTE_WROTE, AT_FDCWD, pattern);                                                                 \
        return made;                                                                                                   \
    }

MAKES(mkstemp)
MAKES(mkstemp64)
MAKES_WITH(mkostemp)
MAKES_WITH(mkostemp64)
MAKES_WITH(mkstemps)
MAKES_WITH(mkstemps64)
MAKES_WITH_BOTH(mkostemps)
MAKES_WITH_BOTH(mkostemps64)

WRAPPED(char *, mkdtemp, (char *pattern)) {
    char *made = NEXT_POINTER(mkdtemp)(pattern);
    note_path(WIRE_NOTE_WROTE, AT_FDCWD, made);
    return made;
}
