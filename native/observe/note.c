/* Notes: claimed with one addition, written, and made valid by writing their size.
 *
 * A process notes each thing once: it remembers 64-bit hashes of what it noted. Two threads that note the same thing at
 * the same moment write it twice, and a hash that found no room is forgotten: both cost a few bytes and nothing else.
 */
#include "note.h"

#include "place.h"
#include "raw.h"
#include "remember.h"
#include "state.h"

#include <linux/fcntl.h>
#include <linux/mman.h>

typedef uint64_t __attribute__((aligned(8))) shared_u64; /* i386 would align it to 4 */

struct header {
    uint32_t version;
    uint32_t zero;
    shared_u64 used;
    char zeros[48];
};

struct note {
    uint32_t size; /* written last */
    uint32_t pid;
    uint16_t kind;
    uint16_t zero;
    uint32_t value;
    char text[];
};

_Static_assert(sizeof(struct header) == WIRE_SEEN_HEADER_BYTES, "the header's layout");
_Static_assert(offsetof(struct note, text) == WIRE_SEEN_NOTE_BYTES, "a note's layout");

enum { ROOM = WIRE_SEEN_BYTES_MAX - WIRE_SEEN_HEADER_BYTES, PAGE = 4096 };

static struct header *header;
static uint32_t *pid_here;  /* memory that a fork leaves empty, so that nobody need ask the kernel for each note */
static uint32_t pid_before; /* where there is none */
static char program[PATH_BYTES_MAX];

/* A text in two parts: a relative path and the directory in front of it, or one of them empty. */
struct text {
    const char *first;
    size_t first_size;
    const char *second;
    size_t second_size;
};

static void write_note(uint32_t pid, unsigned kind, uint32_t value, const struct text *text) {
    size_t size = WIRE_SEEN_NOTE_BYTES + text->first_size + text->second_size + 1;
    size = (size + WIRE_SEEN_ALIGNMENT - 1) / WIRE_SEEN_ALIGNMENT * WIRE_SEEN_ALIGNMENT;
    if (__atomic_load_n(&header->used, __ATOMIC_RELAXED) > ROOM) {
        return; /* full, which can be seen by that number; it must not go round */
    }
    uint64_t at = __atomic_fetch_add(&header->used, size, __ATOMIC_RELAXED);
    if (at + size > ROOM) {
        return;
    }
    struct note *note = (struct note *)(void *)((char *)header + WIRE_SEEN_HEADER_BYTES + (size_t)at);
    note->pid = pid;
    note->kind = (uint16_t)kind;
    note->value = value;
    copy_bytes(note->text, text->first, text->first_size);
    copy_bytes(note->text + text->first_size, text->second, text->second_size);
    __atomic_store_n(&note->size, (uint32_t)size, __ATOMIC_RELEASE);
}

static uint32_t ask_pid(void) {
    return (uint32_t)raw(__NR_getpid, 0, 0, 0, 0);
}

/* Ours. A process that came from a fork says that it began, too; the child of a vfork passes for its parent, whose
 * memory it uses. */
static uint32_t own_pid(void) {
    uint32_t pid = pid_here ? __atomic_load_n(pid_here, __ATOMIC_RELAXED) : 0;
    if (unlikely(pid == 0)) {
        pid = ask_pid();
        if (__atomic_exchange_n(pid_here ? pid_here : &pid_before, pid, __ATOMIC_RELAXED) != pid) {
            const struct text text = {"", 0, program, length_of(program)};
            write_note(pid, WIRE_NOTE_BEGAN, (uint32_t)raw(__NR_getppid, 0, 0, 0, 0), &text);
        }
    }
    return pid;
}

const char *own_program(void) {
    return program;
}

bool is_borrowed(void) {
    return own_pid() != ask_pid();
}

bool notes_begin(void *memory) {
    struct header *found = memory;
    if (found->version != WIRE_SEEN_VERSION || found->zero != 0) {
        return false;
    }
    header = found;
    long size = raw(__NR_readlinkat, AT_FDCWD, (long)"/proc/self/exe", (long)program, sizeof program - 1);
    program[size > 0 ? size : 0] = '\0';
    uint32_t *page = raw_map(PAGE, -1);
    if (page && raw(__NR_madvise, (long)page, PAGE, MADV_WIPEONFORK, 0) == 0) {
        pid_here = page;
    }
    (void)own_pid();
    return true;
}

static uint64_t hash_text(unsigned kind, const struct text *text) {
    return hash_of(hash_of(kind, text->first, text->first_size), text->second, text->second_size);
}

static void note_once(unsigned kind, const struct text *text) {
    if (remember(hash_text(kind, text))) {
        write_note(own_pid(), kind, 0, text);
    }
}

/* Whether the kernel would look at such a path at all, and where from. A pointer into the first page is none: Rust
 * asks so whether there is a statx. An empty path means a descriptor, or nothing. */
static bool is_path(const char *path, size_t *size) {
    *size = (uintptr_t)path < PAGE ? 0 : length_of(path);
    return *size > 0 && *size < PATH_BYTES_MAX;
}

/* Makes it absolute; false: it is relative to what has no path. `directory` has PATH_BYTES_MAX bytes. */
static bool absolute(int at, const char *path, size_t size, char *directory, struct text *text) {
    *text = (struct text){directory, 0, path, size};
    if (path[0] == '/') {
        return true;
    }
    text->first_size = directory_of(at, directory);
    if (text->first_size == 0) {
        note_word(WIRE_NOTE_UNSEEN, WIRE_UNSEEN_PLACE);
    }
    return text->first_size > 0;
}

/* Apart from note_path because of the room that it takes on the stack. */
static __attribute__((noinline)) void note_relative(unsigned kind, int at, const char *path, size_t size) {
    char directory[PATH_BYTES_MAX + 1];
    struct text text = {"", 0, path, size};
    uint64_t turn;
    if (at == AT_FDCWD && directory_turn(&turn) && !remember(hash_text(kind, &text) + turn)) {
        return; /* this path, from this directory */
    }
    if (absolute(at, path, size, directory, &text)) {
        note_once(kind, &text);
    }
}

void note_path(unsigned kind, int at, const char *path) {
    size_t size;
    if (!observing() || !is_path(path, &size)) {
        return;
    }
    if (path[0] == '/') {
        const struct text text = {"", 0, path, size};
        note_once(kind, &text);
    } else {
        note_relative(kind, at, path, size);
    }
}

void note_descriptor(unsigned kind, int fd) {
    char path[PATH_BYTES_MAX];
    size_t size = observing() ? path_of(fd, path) : 0;
    if (size > 0) {
        const struct text text = {"", 0, path, size};
        note_once(kind, &text);
    }
}

void note_word(unsigned kind, const char *word) {
    if (observing() && word) {
        const struct text text = {"", 0, word, length_of(word)};
        note_once(kind, &text);
    }
}

void note_process(unsigned kind, uint32_t value, int at, const char *path) {
    char directory[PATH_BYTES_MAX + 1];
    struct text text;
    size_t size;
    if (observing() && is_path(path, &size) && absolute(at, path, size, directory, &text)) {
        (void)own_pid(); /* a process that came from a fork begins first */
        write_note(ask_pid(), kind, value, &text);
    }
}
