/* The functions behind ours: what the program would have called without us. */
#ifndef DUNNAGE_OBSERVE_NEXT_H
#define DUNNAGE_OBSERVE_NEXT_H

#include "base.h"
#include "names.h"

enum next {
#define AS_NUMBER(name) NEXT_##name,
    NAMES(AS_NUMBER)
#undef AS_NUMBER
        NEXT_COUNT
};

extern void *next_functions[NEXT_COUNT];

/* Looks all of them up, once. They are looked up before they are needed: walking the loaded objects takes a lock of the
 * dynamic loader's, which would be wrong in a signal handler. */
void find_next_functions(void);

/* What stands in for a function that this C library does not have, as far as anybody can call it then: it has failed
 * with ENOSYS. By what the function returns: a number, a pointer, an errno. */
long missing_number(void);
void *missing_pointer(void);
long missing_error(void);

static inline void *next_function(enum next which, void *otherwise) {
    void *found = __atomic_load_n(&next_functions[which], __ATOMIC_RELAXED);
    if (unlikely(!found)) {
        find_next_functions();
        found = __atomic_load_n(&next_functions[which], __ATOMIC_RELAXED);
    }
    return found ? found : otherwise;
}

/* To be returned at once with the arguments that came, so that it becomes a jump: then no frame of ours is on the stack
 * while the function runs, which an exception or the cancelling of a thread could not get through. */
#define NEXT(name) ((__typeof__(&name))next_function(NEXT_##name, (void *)(uintptr_t)missing_number))
#define NEXT_POINTER(name) ((__typeof__(&name))next_function(NEXT_##name, (void *)(uintptr_t)missing_pointer))
#define NEXT_ERROR(name) ((__typeof__(&name))next_function(NEXT_##name, (void *)(uintptr_t)missing_error))

#endif
