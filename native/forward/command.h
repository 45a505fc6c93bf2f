/* The command that runs while connections are passed on, and the signals that it is sent. */
#ifndef DUNNAGE_FORWARD_COMMAND_H
#define DUNNAGE_FORWARD_COMMAND_H

#include "../sys.h"

/* From here on signals are read from the descriptor that is returned, which does not block; -1 with errno. */
int read_signals(void);

/* Signals as we got them, for whoever we become. */
void leave_signals(void);

/* Starts the command, with the signals as we got them. 0 or an errno. */
int start_command(char **argv);

/* Reads what signals there are: hands them on to the command, ends as it when it has ended, and without one ends of
 * them. */
void mind_command(int signals);

#endif
