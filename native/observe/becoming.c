/* The program becomes another one. What it becomes notes that it began; if it fails, we note that. */
#include "children.h"
#include "fits.h"
#include "next.h"
#include "note.h"
#include "search.h"
#include "state.h"

#include <linux/fcntl.h>
#include <stdarg.h>

/* How the next function is called, once the environment is made. */
enum way { BY_PATH, BY_NAME, BY_DESCRIPTOR, AT_PLACE };

struct becoming {
    enum way way;
    int at; /* the directory, or the program itself */
    const char *path;
    char *const *words;
    int flags;
};

DECLARED(int, execve, (const char *path, char *const *words, char *const *env));
DECLARED(int, execvpe, (const char *name, char *const *words, char *const *env));
DECLARED(int, fexecve, (int fd, char *const *words, char *const *env));
DECLARED(int, execveat, (int at, const char *path, char *const *words, char *const *env, int flags));

static int call_next(const struct becoming *who, char *const *env) {
    switch (who->way) {
    case BY_PATH:
        return NEXT(execve)(who->path, who->words, env);
    case BY_NAME:
        return NEXT(execvpe)(who->path, who->words, env);
    case BY_DESCRIPTOR:
        return NEXT(fexecve)(who->at, who->words, env);
    case AT_PLACE:
        break;
    }
    return NEXT(execveat)(who->at, who->path, who->words, env, who->flags);
}

/* `program`: its path, relative to `at`. */
static int become_observed(const struct becoming *who, int at, const char *program, char *const *env) {
    size_t count = count_of(env);
    if (count > VARIABLES_MAX) {
        note_process(WIRE_NOTE_EXEC, 0, at, program);
        return call_next(who, env);
    }
    char **room = __builtin_alloca((count + 3) * sizeof *room);
    char preload[PRELOAD_BYTES_MAX];
    char *const *with_ours = observed_environment(env, library_fits(at, program), room, preload);
    note_process(WIRE_NOTE_EXEC, 0, at, program);
    int failed = call_next(who, with_ours);
    note_process(WIRE_NOTE_FAILED, 0, at, program);
    return failed;
}

static int become(const struct becoming *who, char *const *env) {
    char path[PATH_BYTES_MAX];
    if (!observing() || !who->path || is_noting_linker(who->words)) {
        return call_next(who, env);
    }
    if (who->way == BY_NAME) {
        return search_program(who->path, path) ? become_observed(who, AT_FDCWD, path, env) : call_next(who, env);
    }
    if (who->way == BY_DESCRIPTOR || !*who->path) {
        size_t size = length_of("/proc/self/fd/");
        copy_bytes(path, "/proc/self/fd/", size);
        path[size + write_number(path + size, (uint32_t)who->at)] = '\0';
        return become_observed(who, AT_FDCWD, path, env);
    }
    return become_observed(who, who->at, who->path, env);
}

WRAPPED(int, execve, (const char *path, char *const *words, char *const *env)) {
    const struct becoming who = {.way = BY_PATH, .at = AT_FDCWD, .path = path, .words = words};
    return become(&who, env);
}

WRAPPED(int, execv, (const char *path, char *const *words)) {
    const struct becoming who = {.way = BY_PATH, .at = AT_FDCWD, .path = path, .words = words};
    return become(&who, environ);
}

WRAPPED(int, execvpe, (const char *name, char *const *words, char *const *env)) {
    const struct becoming who = {.way = BY_NAME, .at = AT_FDCWD, .path = name, .words = words};
    return become(&who, env);
}

WRAPPED(int, execvp, (const char *name, char *const *words)) {
    const struct becoming who = {.way = BY_NAME, .at = AT_FDCWD, .path = name, .words = words};
    return become(&who, environ);
}

WRAPPED(int, fexecve, (int fd, char *const *words, char *const *env)) {
    const struct becoming who = {.way = BY_DESCRIPTOR, .at = fd, .path = "", .words = words};
    return become(&who, env);
}

WRAPPED(int, execveat, (int at, const char *path, char *const *words, char *const *env, int flags)) {
    const struct becoming who = {.way = AT_PLACE, .at = at, .path = path, .words = words, .flags = flags};
    return become(&who, env);
}

/* The words of execl as a list, on the stack of whoever says this. */
#define GATHER(words, first, list)                                                                                     \
    do {                                                                                                               \
        va_list counting;                                                                                              \
        size_t count = 1;                                                                                              \
        va_copy(counting, list);                                                                                       \
        while (va_arg(counting, char *)) {                                                                             \
            count++;                                                                                                   \
        }                                                                                                              \
        va_end(counting);                                                                                              \
        (words) = __builtin_alloca((count + 1) * sizeof *(words));                                                     \
        (words)[0] = (first);                                                                                          \
        for (size_t i = 1; i <= count; i++) {                                                                          \
            (words)[i] = va_arg(list, char *);                                                                         \
        }                                                                                                              \
    } while (0)

#define BECOMES(name, how, ...)                                                                                        \
    WRAPPED(int, name, (const char *path, char *first, ...)) {                                                         \
        char **words;                                                                                                  \
        va_list list;                                                                                                  \
        va_start(list, first);                                                                                         \
        if (first) {                                                                                                   \
            GATHER(words, first, list);                                                                                \
        } else {                                                                                                       \
            words = &first;                                                                                            \
        }                                                                                                              \
        char *const *env = __VA_ARGS__;                                                                                \
        va_end(list);                                                                                                  \
        const struct becoming who = {.way = how, .at = AT_FDCWD, .path = path, .words = words};                        \
        return become(&who, env);                                                                                      \
    }

BECOMES(execl, BY_PATH, environ)
BECOMES(execlp, BY_NAME, environ)
BECOMES(execle, BY_PATH, va_arg(list, char *const *))
