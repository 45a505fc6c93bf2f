/* The shared objects that a process has loaded. */
#ifndef DUNNAGE_OBSERVE_LIBRARIES_H
#define DUNNAGE_OBSERVE_LIBRARIES_H

/* Notes all of them, once each. */
void note_libraries(void);

#endif
