/* Writes what the daemon gives to where it belongs. */
#ifndef DUNNAGE_RESTORE_H
#define DUNNAGE_RESTORE_H

#include "reader.h"
#include "writer.h"

enum restored { RESTORED, NOT_RESTORED, DAEMON_GONE };

/* Carries out WRITE with the descriptors that came along (which stay the caller's) and answers WRITTEN. */
enum restored answer_write(struct writer *writer, const struct message *request, const int *fds);

#endif
