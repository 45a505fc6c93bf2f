/* Environment variables that are asked for by name. Who goes through `environ` himself is not seen. */
#include "libraries.h"
#include "next.h"
#include "note.h"

/* Inside of rustc its own questions and those of its macros, each of which has a copy of std, differ in who calls. */
static void note_variable(const char *variable, const void *caller) {
    note_word(is_compiler(caller) ? WIRE_NOTE_COMPILER_ENV : WIRE_NOTE_ENV, variable);
}

#define ASKS(name)                                                                                                     \
    WRAPPED(char *, name, (const char *variable)) {                                                                    \
        note_variable(variable, __builtin_return_address(0));                                                          \
        return NEXT_POINTER(name)(variable);                                                                           \
    }

ASKS(getenv)
ASKS(secure_getenv)
ASKS(__secure_getenv)
