/* What execvp and posix_spawnp would run. */
#include "search.h"

#include "note.h"
#include "raw.h"

#include <linux/fcntl.h>

static const char OTHERWISE[] = "/bin:/usr/bin"; /* both C libraries look there, musl in one more */

static const char *path_variable(void) {
    for (char **each = environ; each && *each; each++) {
        if (begins_with(*each, "PATH=")) {
            return *each + 5;
        }
    }
    return OTHERWISE;
}

static bool is_program(const char *path) {
    if (raw(__NR_faccessat, AT_FDCWD, (long)path, 1 /* X_OK */, 0) != 0) {
        return false;
    }
    /* A directory may be executable, too. */
    long fd = raw(__NR_openat, AT_FDCWD, (long)path, O_DIRECTORY | O_PATH | O_CLOEXEC, 0);
    if (fd >= 0) {
        (void)raw(__NR_close, fd, 0, 0, 0);
    }
    return fd < 0;
}

bool search_program(const char *name, char *path) {
    size_t size = length_of(name);
    if (contains(name, '/')) {
        copy_bytes(path, name, size < PATH_BYTES_MAX ? size + 1 : 0);
        return size < PATH_BYTES_MAX;
    }
    for (const char *at = path_variable();;) {
        size_t directory = 0;
        while (at[directory] && at[directory] != ':') {
            directory++;
        }
        /* An empty entry is the working directory. */
        if (size > 0 && directory + 1 + size < PATH_BYTES_MAX) {
            copy_bytes(path, at, directory);
            path[directory] = '/';
            copy_bytes(path + directory + (directory ? 1 : 0), name, size + 1);
            note_path(WIRE_NOTE_LOOKED, AT_FDCWD, path);
            if (is_program(path)) {
                return true;
            }
        }
        if (!at[directory]) {
            return false;
        }
        at += directory + 1;
    }
}
