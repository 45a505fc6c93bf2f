/* The environment of what this process becomes or starts: what state.c took out is put back. */
#include "children.h"

#include "state.h"

#include "../wire.h"

static const char PRELOAD[] = "LD_PRELOAD=";
static const char SEEN[] = WIRE_SEEN_VARIABLE "=";
static const char LINKER_WORD[] = "--dependency-file=/proc/self/fd/";

size_t count_of(char *const *texts) {
    size_t count = 0;
    while (texts && texts[count]) {
        count++;
    }
    return count;
}

bool is_noting_linker(char *const *words) {
    char wanted[sizeof LINKER_WORD + 20];
    copy_bytes(wanted, LINKER_WORD, sizeof LINKER_WORD);
    wanted[sizeof LINKER_WORD - 1 + write_number(wanted + sizeof LINKER_WORD - 1, WIRE_NOTES_DESCRIPTOR)] = '\0';
    for (; words && *words; words++) {
        if (ends_with(*words, length_of(*words), wanted)) {
            return true;
        }
    }
    return false;
}

/* `LD_PRELOAD=<library>`, and behind it what the program wants preloaded. False: it does not fit. */
static bool preload_both(char *into, const char *theirs) {
    size_t size = sizeof PRELOAD - 1;
    size_t more = length_of(theirs);
    if (size + library_size + 1 + more + 1 > PRELOAD_BYTES_MAX) {
        return false;
    }
    copy_bytes(into, PRELOAD, size);
    copy_bytes(into + size, library, library_size);
    size += library_size;
    if (more > 0) {
        into[size++] = ':';
        copy_bytes(into + size, theirs, more);
        size += more;
    }
    into[size] = '\0';
    return true;
}

char *const *observed_environment(char *const *env, bool fits, char **room, char *preload) {
    size_t count = 0;
    bool preloaded = !fits;
    for (; env && *env; env++) {
        if (begins_with(*env, SEEN)) {
            continue;
        }
        room[count++] = *env;
        if (!preloaded && begins_with(*env, PRELOAD)) {
            preloaded = preload_both(preload, *env + sizeof PRELOAD - 1);
            room[count - 1] = preloaded ? preload : *env;
            preloaded = true;
        }
    }
    if (!preloaded && preload_both(preload, "")) {
        room[count++] = preload;
    }
    room[count++] = seen_variable;
    room[count] = NULL;
    return room;
}
