/* What the forwarder says, all of it to stderr: one sentence, and what to do. */
#include "saying.h"

void say(const char *what, const char *more, const char *advice) {
    static char line[2 * PATH_MAX];
    line[0] = '\0';
    bool fits = append(line, sizeof line, "dunnage-forward: ") && append(line, sizeof line, what) &&
                append(line, sizeof line, more) && append(line, sizeof line, ".") &&
                (!*advice || append(line, sizeof line, " ")) && append(line, sizeof line, advice) &&
                append(line, sizeof line, "\n");
    (void)fits; /* what is too long is cut, and nothing depends on it */
    (void)write_all(STDERR_FILENO, line, strlen(line));
}

void say_error(const char *what, int error, const char *advice) {
    char more[128] = ": ";
    (void)append(more, sizeof more, strerror(error));
    say(what, more, advice);
}
