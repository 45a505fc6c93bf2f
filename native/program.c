/* Which program a call means, whether there is a daemon to ask, and how we become it. */
#include "program.h"

#include "wire.h"

#include <sys/auxv.h>
#include <sys/stat.h>

static const char DEFAULT_PATH[] = "/usr/local/bin:/bin:/usr/bin";

/* Our own file, so that a PATH in which we stand under a compiler's name cannot send us round in circles. The kernel
 * gives the path that was executed in AT_EXECFN: no /proc is needed. */
static bool is_ourselves(const struct stat *found) {
    struct stat own;
    const char *name = (const char *)getauxval(AT_EXECFN);
    return name && stat(name, &own) == 0 && own.st_dev == found->st_dev && own.st_ino == found->st_ino;
}

/* 0 when this very file can be run. */
static int runnable(const char *path) {
    struct stat found;
    if (stat(path, &found) != 0) {
        return errno;
    }
    if (!S_ISREG(found.st_mode) || access(path, X_OK) != 0) {
        return EACCES;
    }
    return is_ourselves(&found) ? ENOENT : 0;
}

/* What a launcher carries, by its very word. */
static const char *carried_name;
static find_carrier carried_find;

void carry(const char *name, find_carrier find) {
    carried_name = name;
    carried_find = find;
}

int find_program(const char *name, char *path) {
    path[0] = '\0';
    if (carried_name && name == carried_name) {
        return carried_find(path, 0);
    }
    if (!*name) {
        return ENOENT;
    }
    if (strchr(name, '/')) {
        /* Named outright, it is not searched for; execve itself says what is wrong with it. */
        return append(path, PATH_MAX, name) ? 0 : ENAMETOOLONG;
    }
    const char *list = NULL;
    for (char **each = environ; *each && !list; each++) {
        if (starts_with(*each, "PATH=")) {
            list = *each + strlen("PATH=");
        }
    }
    int error = ENOENT;
    for (const char *at = list ? list : DEFAULT_PATH;;) {
        const char *colon = strchrnul(at, ':');
        path[0] = '\0';
        /* An empty entry is the current directory. A directory too long to be opened is passed over. */
        if (append_bytes(path, PATH_MAX, at, (size_t)(colon - at)) && append(path, PATH_MAX, colon > at ? "/" : "./") &&
            append(path, PATH_MAX, name)) {
            int why = runnable(path);
            if (why == 0) {
                return 0;
            }
            if (why == EACCES) {
                error = EACCES;
            }
        }
        if (!*colon) {
            path[0] = '\0';
            return error;
        }
        at = colon + 1;
    }
}

_Noreturn void become(char **argv) {
    static char path[PATH_MAX];
    int error = find_program(argv[0], path);
    if (error == 0) {
        (void)execve(path, argv, environ);
        error = errno;
    }
    for (unsigned attempt = 1; carried_name && argv[0] == carried_name && attempt <= CARRIER_ATTEMPTS; attempt++) {
        if (carried_find(path, attempt) == 0) {
            (void)execve(path, argv, environ);
            error = errno;
        }
    }
    complain("cannot run", argv[0], error);
    _exit(error == ENOENT ? 127 : 126);
}

/* The value of a variable, "" where it is not set. */
static const char *variable(const char *name) {
    size_t size = strlen(name);
    for (char **each = environ; *each; each++) {
        if (strncmp(*each, name, size) == 0 && (*each)[size] == '=') {
            return *each + size + 1;
        }
    }
    return "";
}

const char *where_to_ask(void) {
    const char *disable = variable("DUNNAGE_DISABLE");
    const char *socket = variable("DUNNAGE_SOCKET");
    bool disabled = *disable && strcmp(disable, "0") != 0;
    return disabled || !*socket ? NULL : socket;
}

bool is_observed(void) {
    return *variable(WIRE_SEEN_VARIABLE) != '\0';
}
