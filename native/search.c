/* Where a program of a name lies in PATH, and which files are clients of dunnage's. */
#include "search.h"

#include <sys/auxv.h>
#include <sys/stat.h>

static const char DEFAULT_PATH[] = "/usr/local/bin:/bin:/usr/bin";

/* Our own file, whatever a packager has done to its end. The kernel gives the path that was executed in AT_EXECFN: no
 * /proc is needed. */
static bool is_ourselves(const struct stat *found) {
    struct stat own;
    const char *name = (const char *)getauxval(AT_EXECFN);
    return name && stat(name, &own) == 0 && own.st_dev == found->st_dev && own.st_ino == found->st_ino;
}

static bool is_marked(const char *path, const struct stat *found) {
    static const size_t size = sizeof CLIENT_MARK - 1;
    char end[sizeof CLIENT_MARK];
    int fd = found->st_size > (off_t)size ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    if (fd < 0) {
        return false;
    }
    ssize_t got = pread(fd, end, size, found->st_size - (off_t)size);
    (void)close(fd);
    return got == (ssize_t)size && memcmp(end, CLIENT_MARK, size) == 0;
}

bool is_client(const char *path) {
    struct stat found;
    return stat(path, &found) == 0 && S_ISREG(found.st_mode) && (is_ourselves(&found) || is_marked(path, &found));
}

/* 0 when this very file can be run. */
static int runnable(const char *path) {
    struct stat found;
    if (stat(path, &found) != 0) {
        return errno;
    }
    return S_ISREG(found.st_mode) && access(path, X_OK) == 0 ? 0 : EACCES;
}

static const char *directories(void) {
    for (char **each = environ; *each; each++) {
        if (starts_with(*each, "PATH=")) {
            return *each + strlen("PATH=");
        }
    }
    return DEFAULT_PATH;
}

static int search(const char *name, const char *behind, char *path, bool *passed, bool *reached) {
    int error = ENOENT;
    *reached = behind == NULL;
    for (const char *at = directories();;) {
        const char *colon = strchrnul(at, ':');
        path[0] = '\0';
        /* An empty entry is the current directory. A directory too long to be opened is passed over. */
        if (append_bytes(path, PATH_MAX, at, (size_t)(colon - at)) && append(path, PATH_MAX, colon > at ? "/" : "./") &&
            append(path, PATH_MAX, name)) {
            int why = runnable(path);
            bool client = why == 0 && is_client(path);
            if (why == 0 && !client && *reached) {
                return 0;
            }
            error = why == EACCES ? EACCES : error;
            *passed = *passed || client;
            *reached = *reached || (*behind ? strcmp(path, behind) == 0 : client);
        }
        if (!*colon) {
            path[0] = '\0';
            return error;
        }
        at = colon + 1;
    }
}

int search_path(const char *name, const char *behind, char *path, bool *passed) {
    bool any = false;
    bool reached;
    path[0] = '\0';
    if (!*name) {
        return ENOENT;
    }
    int error = search(name, behind, path, &any, &reached);
    if (error != 0 && behind && (!reached || !*behind)) {
        error = search(name, NULL, path, &any, &reached);
    }
    if (passed && any) {
        *passed = true;
    }
    return error;
}
