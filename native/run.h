/* Runs the compiler as our own child. */
#ifndef DUNNAGE_RUN_H
#define DUNNAGE_RUN_H

#include "reader.h"
#include "writer.h"

/* How a child ended. */
struct ending {
    int error; /* the errno when it could not be started */
    int code;
    int signal;
    int64_t started_ns; /* CLOCK_REALTIME, just before the start */
    uint64_t wall_us;
    uint64_t cpu_us;
    int seen;      /* the memory file of what it looked at, -1: nobody watched; whoever gets this closes it */
    bool outlived; /* a child of it has not ended, or that cannot be told; only where the family is minded */
};

/* For a launcher: what children leave behind becomes ours and is seen, and as cargo would we wait until nobody has our
 * program's streams any more. To be called before anything is run. */
void mind_family(void);

/* Runs `argv` to its end. Its streams go to ours the moment they come (not when quiet), and to the daemon as OUTPUT for
 * as long as there is one. `notes`: a descriptor that it gets, or -1. `observing`: it is to note what it looks at. */
struct ending run(struct writer *writer, char **argv, bool quiet, int notes, bool observing);

/* Ends this process as the compiler ended. */
_Noreturn void end_as(int code, int signal);

#endif
