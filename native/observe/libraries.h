/* The shared objects that a process has loaded. */
#ifndef DUNNAGE_OBSERVE_LIBRARIES_H
#define DUNNAGE_OBSERVE_LIBRARIES_H

#include <stdbool.h>

/* Notes all of them, once each. */
void note_libraries(void);

/* Whether code at this address is rustc's own, as far as it was loaded when the process began. */
bool is_compiler(const void *code);

#endif
