/* Whether the library can be loaded into a program: its ELF header says what it is, or its `#!` line whose it is. */
#include "fits.h"

#include "loaded.h"
#include "raw.h"
#include "state.h"

#include <linux/fcntl.h>

#if defined(__x86_64__)
#define OUR_MACHINE EM_X86_64
#elif defined(__i386__)
#define OUR_MACHINE EM_386
#elif defined(__aarch64__)
#define OUR_MACHINE EM_AARCH64
#elif defined(__arm__)
#define OUR_MACHINE EM_ARM
#elif defined(__riscv)
#define OUR_MACHINE EM_RISCV
#endif

enum { HEAD_BYTES = 256 /* the kernel's BINPRM_BUF_SIZE: all that it reads of a `#!` line */, INTERPRETERS_MAX = 4 };

union head {
    char bytes[HEAD_BYTES + 1];
    ELF_TYPE(Ehdr) elf;
};

/* How much there is; the rest is zero. */
static size_t read_head(int at, const char *path, union head *head) {
    for (size_t i = 0; i < sizeof head->bytes; i++) {
        head->bytes[i] = '\0';
    }
    long fd = raw(__NR_openat, at, (long)path, O_RDONLY | O_CLOEXEC, 0);
    long got = fd < 0 ? 0 : raw(__NR_read, fd, (long)head->bytes, HEAD_BYTES, 0);
    if (fd >= 0) {
        (void)raw(__NR_close, fd, 0, 0, 0);
    }
    return got > 0 ? (size_t)got : 0;
}

/* The interpreter that a `#!` line names, ended by a NUL. */
static char *interpreter(union head *head) {
    char *start = head->bytes + 2;
    while (*start == ' ' || *start == '\t') {
        start++;
    }
    char *end = start;
    while (*end && *end != ' ' && *end != '\t' && *end != '\n') {
        end++;
    }
    *end = '\0';
    return start;
}

bool library_fits(int at, const char *path) {
    union head heads[2]; /* the path in one is read while the other is filled */
    if (raw(__NR_faccessat, AT_FDCWD, (long)library, 4 /* R_OK */, 0) != 0) {
        return false;
    }
    for (int i = 0; i < INTERPRETERS_MAX; i++) {
        union head *head = &heads[i % 2];
        size_t size = read_head(at, path, head);
        if (size > 2 && head->bytes[0] == '#' && head->bytes[1] == '!') {
            path = interpreter(head);
            at = AT_FDCWD;
            continue;
        }
        /* What cannot be read, or is neither, is passed on as if it fitted: the kernel will say what it thinks of it.
         */
        return size < sizeof head->elf || !same_bytes(head->bytes, ELFMAG, SELFMAG) ||
               (head->bytes[EI_CLASS] == (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32) &&
                head->bytes[EI_DATA] == ELFDATA2LSB && head->elf.e_machine == OUR_MACHINE);
    }
    return true;
}
