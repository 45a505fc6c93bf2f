/* Whether a call is worth asking the daemon about: its words alone decide, and nothing is touched. What is not worth it
 * costs an exec: most questions, linking, preprocessing. A word found where it is another one's argument only costs us
 * a compile that we do not keep, never a wrong one. */
#include "worth.h"

#include "program.h"

static bool is_one_of(const char *word, const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(word, list[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool is_driver(const char *name) {
    static const char *const NAMES[] = {"gcc", "g++", "cc", "c++", "clang", "clang++"};
    size_t end = strlen(name);
    const char *dash = strrchr(name, '-');
    if (dash && dash[1] && !dash[1 + strspn(dash + 1, "0123456789.")]) {
        end = (size_t)(dash - name);
    }
    size_t start = end;
    while (start > 0 && name[start - 1] != '-') {
        start--;
    }
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        if (strlen(NAMES[i]) == end - start && strncmp(name + start, NAMES[i], end - start) == 0) {
            return true;
        }
    }
    return false;
}

/* Options that make rustc answer a question and end. */
static bool is_question(const char *word) {
    static const char *const WHOLE[] = {"-", "-vV", "-Vv", "-V", "-h", "--version", "--help", "--explain", "--print"};
    return is_one_of(word, WHOLE, sizeof WHOLE / sizeof *WHOLE) || starts_with(word, "--print=") ||
           starts_with(word, "--explain=");
}

/* Questions that come without -c (-dumpversion, -print-…, -v alone) need no row here. */
static bool makes_an_object(char **words) {
    static const char *const ELSE[] = {"-", "-E", "-S", "-M", "-MM", "-###", "--version", "--help"};
    bool compiles = false;
    for (char **each = words; *each; each++) {
        const char *word = *each;
        if (is_one_of(word, ELSE, sizeof ELSE / sizeof *ELSE)) {
            return false;
        }
        /* A response file may hide the -c; reading it is the daemon's business. */
        compiles = compiles || word[0] == '@' || strcmp(word, "-c") == 0;
    }
    return compiles;
}

static bool makes_a_crate(char **words) {
    bool named = false;
    for (char **each = words; *each; each++) {
        const char *word = *each;
        const char *name = NULL;
        if (is_question(word)) {
            return false;
        }
        if (strcmp(word, "--crate-name") == 0 && each[1]) {
            name = *++each;
        } else if (starts_with(word, "--crate-name=")) {
            name = word + strlen("--crate-name=");
        } else if (word[0] == '@') {
            /* A response file hides the name; reading it is the daemon's business. */
            named = true;
        }
        if (name && strcmp(name, "___") == 0) {
            /* autocfg's probe, or cargo's (below). */
            return false;
        }
        named = named || name;
    }
    return named;
}

/* What cargo asks in front of every build: `rustc -vV`, and `rustc - --crate-name ___ --print=…`. The daemon knows the
 * answers, and they take rustc as long as three hits. */
static bool is_cargos_question(char **words) {
    if (!words[0]) {
        return false;
    }
    return words[1] ? strcmp(words[0], "-") == 0 && strcmp(words[1], "--crate-name") == 0 && words[2] &&
                          strcmp(words[2], "___") == 0
                    : strcmp(words[0], "-vV") == 0;
}

bool worth_asking(char **words) {
    const char *program = base_name(*words++);
    if (starts_with(program, "rustc")) {
        return !is_observed() && (makes_a_crate(words) || is_cargos_question(words));
    }
    if (starts_with(program, "clippy-driver")) {
        /* cargo puts the workspace wrapper in front: `clippy-driver rustc …`. */
        bool wraps = *words && starts_with(base_name(*words), "rustc");
        return !is_observed() && makes_a_crate(wraps ? words + 1 : words);
    }
    return is_driver(program) && makes_an_object(words);
}
