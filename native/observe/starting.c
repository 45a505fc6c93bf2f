/* The program starts another one, in one call. */
#include "children.h"
#include "fits.h"
#include "next.h"
#include "note.h"
#include "search.h"
#include "state.h"

#include <linux/fcntl.h>

/* How posix_spawn and posix_spawnp are called, and what they are given. */
typedef int start_function(int *pid, const char *path, const void *actions, const void *attributes, char *const *words,
                           char *const *env);

struct starting {
    start_function *next;
    const char *path; /* as it was named */
    const void *actions;
    const void *attributes;
    char *const *words;
};

static int start_observed(const struct starting *who, const char *program, int *pid, char *const *env) {
    char preload[PRELOAD_BYTES_MAX];
    size_t count = count_of(env);
    int started = 0; /* the program may not want to know, but we do */
    int error;
    if (count > VARIABLES_MAX) {
        error = who->next(&started, who->path, who->actions, who->attributes, who->words, env);
    } else {
        char **room = __builtin_alloca((count + 3) * sizeof *room);
        error = who->next(&started, who->path, who->actions, who->attributes, who->words,
                          observed_environment(env, library_fits(AT_FDCWD, program), room, preload));
    }
    if (error == 0) {
        note_process(WIRE_NOTE_SPAWNED, (uint32_t)started, AT_FDCWD, program);
        if (pid) {
            *pid = started;
        }
    }
    return error;
}

WRAPPED(int, posix_spawn,
        (int *pid, const char *path, const void *actions, const void *attributes, char *const *words,
         char *const *env)) {
    const struct starting who = {NEXT_ERROR(posix_spawn), path, actions, attributes, words};
    if (!observing() || !path || is_noting_linker(words)) {
        return who.next(pid, path, actions, attributes, words, env);
    }
    return start_observed(&who, path, pid, env);
}

WRAPPED(int, posix_spawnp,
        (int *pid, const char *name, const void *actions, const void *attributes, char *const *words,
         char *const *env)) {
    const struct starting who = {NEXT_ERROR(posix_spawnp), name, actions, attributes, words};
    char path[PATH_BYTES_MAX];
    if (!observing() || !name || !search_program(name, path) || is_noting_linker(words)) {
        return who.next(pid, name, actions, attributes, words, env);
    }
    return start_observed(&who, path, pid, env);
}

/* These give a descriptor instead of a pid; nobody says yet whose. */
WRAPPED(int, pidfd_spawn,
        (int *fd, const char *path, const void *actions, const void *attributes, char *const *words,
         char *const *env)) {
    note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_EXEC);
    return NEXT_ERROR(pidfd_spawn)(fd, path, actions, attributes, words, env);
}

WRAPPED(int, pidfd_spawnp,
        (int *fd, const char *name, const void *actions, const void *attributes, char *const *words,
         char *const *env)) {
    note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_EXEC);
    return NEXT_ERROR(pidfd_spawnp)(fd, name, actions, attributes, words, env);
}

/* The shells of these are started inside the C library. */
WRAPPED(int, system, (const char *command)) {
    if (command) {
        note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_SYSTEM);
    }
    return NEXT(system)(command);
}

WRAPPED(void *, popen, (const char *command, const char *mode)) {
    note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_SYSTEM);
    return NEXT_POINTER(popen)(command, mode);
}

WRAPPED(int, wordexp, (const char *text, void *found, int flags)) {
    note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_SYSTEM);
    return NEXT(wordexp)(text, found, flags);
}
