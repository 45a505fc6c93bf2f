/* Which command a call of the client means: `<client> gcc <arguments…>`, or `gcc <arguments…>` where `gcc` is a link to
 * the client. Then the next gcc in PATH is meant that is no client.
 *
 * Others do the same (ccache, distcc), and where they stand in PATH behind us, they find us as we find them. So who is
 * called gets to know from DUNNAGE_FOUND what was found above it, and goes on behind that: every call comes nearer to
 * the end of PATH.
 *
 * The compiler gets its whole path as argv[0]: gcc and clang look for their parts beside what they were called as, and
 * by a bare name they would find the client.
 */
#include "called.h"

#include "search.h"
#include "wire.h"

static const char FOUND[] = "DUNNAGE_FOUND=";

/* Whether it is a name of our own, under which we are called with the command behind us. */
static bool is_own_name(const char *name) {
    return starts_with(name, "dunnage") || strcmp(name, "sccache") == 0;
}

/* Whether a word names a client under a name of its own: somebody has put us in front twice. */
static bool is_wrapper(const char *word) {
    static char path[PATH_MAX];
    bool passed = false;
    if (strcmp(base_name(word), "dunnage-cc") == 0) {
        return true; /* a shell that would come back to us */
    }
    if (!is_own_name(base_name(word))) {
        return false;
    }
    if (strchr(word, '/')) {
        return is_client(word);
    }
    (void)search_path(word, NULL, path, &passed);
    return passed;
}

/* What was found by the name above us, or NULL. */
static const char *found_above(const char *name) {
    for (char **each = environ; *each; each++) {
        if (starts_with(*each, FOUND)) {
            const char *path = *each + strlen(FOUND);
            return strcmp(base_name(path), name) == 0 ? path : NULL;
        }
    }
    return NULL;
}

static void say_what_was_found(const char *path) {
    static char *variables[WIRE_STRINGS_PER_LIST_MAX + 2];
    static char variable[sizeof FOUND + PATH_MAX];
    size_t count = 0;
    variable[0] = '\0';
    (void)(append(variable, sizeof variable, FOUND) && append(variable, sizeof variable, path));
    for (char **each = environ; *each; each++) {
        if (count >= WIRE_STRINGS_PER_LIST_MAX) {
            return;
        }
        if (!starts_with(*each, FOUND)) {
            variables[count++] = *each;
        }
    }
    variables[count] = variable;
    environ = variables;
}

char **called_as(char **argv) {
    static char path[PATH_MAX];
    static char name[NAME_MAX + 1];
    char **words = argv;
    if (is_own_name(base_name(argv[0]))) {
        words++;
        while (words[0] && is_wrapper(words[0])) {
            words++;
        }
        if (!words[0] || words[0][0] == '-') {
            return NULL;
        }
    }
    bool in_front = words == argv;
    bool by_path = strchr(words[0], '/') != NULL;
    if (by_path && !in_front && !is_client(words[0])) {
        return words;
    }
    in_front = in_front || by_path;
    if (!append(name, sizeof name, base_name(words[0]))) {
        return words;
    }
    const char *above = found_above(name);
    int error = search_path(name, above ? above : in_front ? "" : NULL, path, &in_front);
    if (in_front) {
        words[0] = error == 0 ? path : name;
    }
    if (in_front && error == 0) {
        say_what_was_found(path);
    }
    return words;
}
