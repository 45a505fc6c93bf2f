/* Signals while a compiler runs: what is sent to us alone is handed on to it, and it inherits what we inherited. */
#ifndef DUNNAGE_SIGNALS_H
#define DUNNAGE_SIGNALS_H

#include "sys.h"

#include <signal.h>

enum { SIGNALS_HANDED_ON = 4, SIGNALS_MINDED = 6 };

/* What the signals were before we minded them. */
struct signals {
    sigset_t mask;
    sigset_t handed_on;
    struct sigaction actions[SIGNALS_MINDED];
};

/* From here on nothing ends us before the compiler has ended. SIGCHLD is blocked, save where `polling_mask` is used: so
 * no exit is missed between looking and sleeping. What is to be handed on is held until `let_signals`. */
void mind_signals(struct signals *before);

/* Everything as it was: for the compiler before it is one, and for us afterwards. */
void restore_signals(const struct signals *before);

/* The mask for ppoll. */
sigset_t polling_mask(const struct signals *before);

/* Who gets what is handed on; 0: nobody. To be changed only while signals are held, as a pid may soon be another's. */
void hand_on_to(pid_t pid);
void hold_signals(const struct signals *before);
void let_signals(const struct signals *before);

#endif
