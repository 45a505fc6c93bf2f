/* Which program a call means, whether there is a daemon to ask, and how we become it. */
#include "program.h"

#include "search.h"
#include "wire.h"

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
    if (!strchr(name, '/')) {
        return search_path(name, NULL, path, NULL);
    }
    /* Named outright, it is not searched for; execve itself says what is wrong with it. */
    return append(path, PATH_MAX, name) ? 0 : ENAMETOOLONG;
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
