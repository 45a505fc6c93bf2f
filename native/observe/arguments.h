/* The words that a process was started with. */
#ifndef DUNNAGE_OBSERVE_ARGUMENTS_H
#define DUNNAGE_OBSERVE_ARGUMENTS_H

/* Notes them, if this is the program of which it is told by them whether its answer is one of the time. */
void note_arguments(void);

#endif
