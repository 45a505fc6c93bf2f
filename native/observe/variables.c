/* Environment variables that are asked for by name. Who goes through `environ` himself is not seen. */
#include "next.h"
#include "note.h"

#define ASKS(name)                                                                                                     \
    WRAPPED(char *, name, (const char *variable)) {                                                                    \
        note_word(WIRE_NOTE_ENV, variable);                                                                            \
        return NEXT_POINTER(name)(variable);                                                                           \
    }

ASKS(getenv)
ASKS(secure_getenv)
ASKS(__secure_getenv)
