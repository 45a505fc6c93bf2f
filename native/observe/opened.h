/* What flags of open mean for notes. */
#ifndef DUNNAGE_OBSERVE_OPENED_H
#define DUNNAGE_OBSERVE_OPENED_H

void note_open(int at, const char *path, int flags);

#endif
