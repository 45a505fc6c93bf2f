/* The shared objects that a process has loaded. The dynamic loader's own opening and searching cannot be seen. */
#include "libraries.h"

#include "loaded.h"
#include "next.h"
#include "note.h"
#include "state.h"

#include <linux/fcntl.h>

/* A program made by Go speaks to the kernel without any C library, so what it reads is not seen even where it has
 * loaded us. Its own note says what it is. */
static bool is_made_by_go(const struct loaded *object) {
    static const char OWNER[] = "Go\0"; /* with its NULs, four bytes */
    for (unsigned i = 0; i < object->header_count; i++) {
        const ELF_TYPE(Phdr) *header = &object->headers[i];
        const uint32_t *note = (const void *)(object->base + header->p_vaddr);
        if (header->p_type == PT_NOTE && header->p_memsz >= 16 && note[0] == sizeof OWNER &&
            same_bytes((const char *)(note + 3), OWNER, sizeof OWNER)) {
            return true;
        }
    }
    return false;
}

/* Where rustc's own code is; nowhere in all other programs. */
static uintptr_t compiler_begin, compiler_end;

static bool is_named_as_compiler(const char *path) {
    static const char NAME[] = "/librustc_driver-";
    const char *last = path;
    for (const char *at = path; *at; at++) {
        last = *at == '/' ? at : last;
    }
    return begins_with(last, NAME);
}

static void place_compiler(const struct loaded *object) {
    for (unsigned i = 0; i < object->header_count; i++) {
        const ELF_TYPE(Phdr) *header = &object->headers[i];
        if (header->p_type == PT_LOAD && (header->p_flags & PF_X)) {
            compiler_begin = object->base + header->p_vaddr;
            compiler_end = compiler_begin + header->p_memsz;
        }
    }
}

bool is_compiler(const void *code) {
    return (uintptr_t)code - compiler_begin < compiler_end - compiler_begin;
}

static int note_one(struct loaded *object, size_t size, void *context) {
    bool *first = context;
    (void)size;
    if (*first && is_made_by_go(object)) {
        note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_EXEC);
    }
    *first = false;
    /* The program itself has no name, and what the kernel brings along is in no directory. */
    if (object->name && contains(object->name, '/') && !is_ourselves(object)) {
        note_path(WIRE_NOTE_LIBRARY, AT_FDCWD, object->name);
        if (!compiler_end && is_named_as_compiler(object->name)) {
            place_compiler(object);
        }
    }
    return 0;
}

/* Whether one was loaded whose name is not known before it has been searched for. */
static bool pending;

void note_libraries(void) {
    bool first = true;
    __atomic_store_n(&pending, false, __ATOMIC_RELAXED);
    if (dl_iterate_phdr) {
        (void)dl_iterate_phdr(note_one, &first);
    }
}

/* Who calls dlopen decides where it searches: in the caller's own RUNPATH. So a name to be searched for is passed on by
 * a jump, as if the program had called it, and looked at later. With a path it makes no difference, save for `$ORIGIN`.
 */
static bool depends_on_caller(const char *path) {
    return path && (!contains(path, '/') || contains(path, '$'));
}

static void loaded_later(void) {
    if (__atomic_load_n(&pending, __ATOMIC_RELAXED)) {
        note_libraries();
    }
}

WRAPPED(void *, dlopen, (const char *path, int flags)) {
    if (!observing() || !path) {
        return NEXT_POINTER(dlopen)(path, flags);
    }
    loaded_later();
    if (depends_on_caller(path)) {
        __atomic_store_n(&pending, true, __ATOMIC_RELAXED);
        return NEXT_POINTER(dlopen)(path, flags);
    }
    note_path(WIRE_NOTE_LOOKED, AT_FDCWD, path);
    void *opened = NEXT_POINTER(dlopen)(path, flags);
    note_libraries();
    return opened;
}

WRAPPED(void *, dlmopen, (long space, const char *path, int flags)) {
    note_path(WIRE_NOTE_LIBRARY, AT_FDCWD, path);
    return NEXT_POINTER(dlmopen)(space, path, flags);
}

static __attribute__((destructor)) void destructor(void) {
    loaded_later();
}
