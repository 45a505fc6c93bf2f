/* Notes: what goes into the memory file. None of these touches errno, allocates, locks or waits, so they may be called
 * anywhere: in a signal handler, in the child of a vfork, in any thread. */
#ifndef DUNNAGE_OBSERVE_NOTE_H
#define DUNNAGE_OBSERVE_NOTE_H

#include "base.h"

#include "../wire.h"

/* Begins with the memory file, which is mapped: notes who we are. False: it is not one that we can write. */
bool notes_begin(void *memory);

/* The program's own file, as the kernel names it; empty where that is not known. */
const char *own_program(void);

/* A path that the program named, relative to the descriptor `at` or AT_FDCWD. Nothing for what the kernel would refuse
 * to look at. */
void note_path(unsigned kind, int at, const char *path);

/* The path behind a descriptor. */
void note_descriptor(unsigned kind, int fd);

/* A word that is no path. */
void note_word(unsigned kind, const char *word);

/* A path, every time that it is said, and as of the process that calls this: also in the child of a vfork. */
void note_process(unsigned kind, uint32_t value, int at, const char *path);

/* Whether we are the child of a vfork: another process with this one's memory. */
bool is_borrowed(void);

#endif
