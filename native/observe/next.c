/* The functions behind ours, found in the symbol tables of what is loaded.
 *
 * dlsym(RTLD_NEXT, …) would do the same, but glibc before 2.34 has it in a library of its own, which a program need not
 * have loaded. dl_iterate_phdr is in every C library itself. So there is one way for all of them, and it is tested by
 * every program. The next function is the first one in an object that was loaded behind us, as for dlsym.
 */
#include "next.h"

#include "loaded.h"
#include "symbols.h"

void *next_functions[NEXT_COUNT];

THEIRS int *__errno_location(void);

static bool searched;

long missing_number(void) {
    if (__errno_location) {
        *__errno_location() = ERRNO_ENOSYS;
    }
    return -1;
}

void *missing_pointer(void) {
    (void)missing_number();
    return NULL;
}

long missing_error(void) {
    return ERRNO_ENOSYS;
}

/* All names, each ended by a NUL: pointers to them would have to be relocated in every process. */
static const char names[] =
#define AS_TEXT(name) #name "\0"
    NAMES(AS_TEXT);
#undef AS_TEXT

/* For each loaded object: takes from it what is not found yet. */
static int take_from(struct loaded *object, size_t size, void *context) {
    bool *behind_us = context;
    struct symbols symbols;
    (void)size;
    if (is_ourselves(object)) {
        *behind_us = true;
        return 0;
    }
    if (!*behind_us || !symbols_of(object, &symbols)) {
        return 0;
    }
    const char *name = names;
    for (unsigned i = 0; i < NEXT_COUNT; i++, name += length_of(name) + 1) {
        if (!next_functions[i]) {
            __atomic_store_n(&next_functions[i], find_symbol(&symbols, name), __ATOMIC_RELAXED);
        }
    }
    return 0;
}

void find_next_functions(void) {
    bool behind_us = false;
    if (dl_iterate_phdr && !__atomic_load_n(&searched, __ATOMIC_ACQUIRE)) {
        (void)dl_iterate_phdr(take_from, &behind_us);
        __atomic_store_n(&searched, true, __ATOMIC_RELEASE);
    }
}
