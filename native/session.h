/* One session: from HELLO to EXIT, EXEC or trouble. */
#ifndef DUNNAGE_SESSION_H
#define DUNNAGE_SESSION_H

#include "sys.h"

/* Connects, greets and serves the daemon's requests. Returns only when the compiler has to be run without us; ends the
 * process otherwise. `argv` is the compiler's; `payload` is for HELLO. */
void serve(const char *socket_path, char **argv, const char *payload);

#endif
