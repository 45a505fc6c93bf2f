/* Looks at files for the daemon: stat, open, list. */
#ifndef DUNNAGE_FILES_H
#define DUNNAGE_FILES_H

#include "reader.h"
#include "writer.h"

/* Each answers one request; false: the daemon is gone. */
bool answer_stat(struct writer *writer, const struct message *request);
bool answer_open(struct writer *writer, const struct message *request);
bool answer_list(struct writer *writer, const struct message *request);

/* Puts the stat record of a path (links are followed), or of `error` when that is not 0. */
void put_stat_record(struct writer *writer, const char *path, int error, bool follow);

/* A text of a frame as a path of the kernel's, in PATH_MAX bytes. Returns 0 or an errno. */
int path_of(struct span text, char *path);

#endif
