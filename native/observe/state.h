/* Whether this process is observed, and with what. */
#ifndef DUNNAGE_OBSERVE_STATE_H
#define DUNNAGE_OBSERVE_STATE_H

#include "base.h"

enum { STATE_UNKNOWN, STATE_BEGINNING, STATE_ON, STATE_OFF };

extern int observe_state;

/* Finds out. Called by the constructor, or by a function that runs before it. */
bool begin(void);

/* Whether notes are taken. The first question of every wrapped function, so it is two instructions when the answer is
 * known. */
static inline bool observing(void) {
    int state = __atomic_load_n(&observe_state, __ATOMIC_ACQUIRE);
    return likely(state == STATE_ON) || (state == STATE_UNKNOWN && begin());
}

/* What a child's environment needs to be observed as well; texts that stay where they are. */
extern char seen_variable[]; /* `DUNNAGE_SEEN=…` */
extern char library[];       /* the library's path */
extern size_t library_size;

#endif
