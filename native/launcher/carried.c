/* The program that a launcher carries in its own file: found by the trailer, taken out when it has to run. */
#include "carried.h"

#include "../program.h"
#include "../trailer.h"

#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U /* Linux 6.3 */
#endif

static int own = -1;
static uint64_t offset, size;
static char digest[TRAILER_DIGEST_CHARS + 1];

static int open_own(void) {
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    const char *name = (const char *)getauxval(AT_EXECFN);
    return fd < 0 && name ? open(name, O_RDONLY | O_CLOEXEC) : fd;
}

bool find_carried(void) {
    struct trailer trailer;
    struct stat found;
    own = open_own();
    if (own < 0 || fstat(own, &found) != 0 || found.st_size < (off_t)sizeof trailer) {
        return false;
    }
    off_t at = found.st_size - (off_t)sizeof trailer;
    if (pread(own, &trailer, sizeof trailer, at) != (ssize_t)sizeof trailer ||
        memcmp(trailer.magic, TRAILER_MAGIC, sizeof trailer.magic) != 0 ||
        trailer_get(trailer.version) != TRAILER_VERSION) {
        return false;
    }
    offset = trailer_get(trailer.offset);
    size = trailer_get(trailer.size);
    memcpy(digest, trailer.digest, TRAILER_DIGEST_CHARS);
    return offset > 0 && offset <= (uint64_t)at && size == (uint64_t)at - offset &&
           strspn(digest, "0123456789abcdef") == TRAILER_DIGEST_CHARS;
}

const char *carried_digest(void) {
    return digest;
}

/* Puts the program into an empty file. Returns 0 or an errno. */
static int take_out(int to) {
    static char block[64 * 1024];
    off_t at = (off_t)offset;
    off_t end = (off_t)(offset + size);
    bool by_kernel = true;
    while (at < end) {
        ssize_t got = by_kernel ? sendfile(to, own, &at, (size_t)(end - at)) : -1;
        if (got > 0 || (got < 0 && by_kernel && errno == EINTR)) {
            continue;
        }
        by_kernel = false; /* the plain way says what is wrong, if anything is */
        size_t room = (uint64_t)(end - at) < sizeof block ? (size_t)(end - at) : sizeof block;
        got = pread(own, block, room, at);
        if (got <= 0) {
            return got < 0 ? errno : EIO;
        }
        int error = write_all(to, block, (size_t)got);
        if (error != 0) {
            return error;
        }
        at += got;
    }
    return 0;
}

/* A memory file, closed to writers, so that nobody changes what runs. */
static int in_memory(int *program) {
    int fd = memfd_create("build-script", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    if (fd < 0 && errno == EINVAL) {
        fd = memfd_create("build-script", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    }
    if (fd < 0) {
        return errno;
    }
    int error = take_out(fd);
    if (error != 0) {
        (void)close(fd);
        return error;
    }
    (void)fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
    *program = fd;
    return 0;
}

/* A file in `directory` (so many bytes of it) whose name is gone again as soon as it is open for reading: so nothing is
 * left behind, and no writer has it open, which execve would refuse. */
static int on_disk(const char *directory, size_t length, int *program) {
    static char name[PATH_MAX];
    name[0] = '\0';
    if (!append_bytes(name, sizeof name, directory, length) || !append(name, sizeof name, ".dunnage-program-") ||
        !append_number(name, sizeof name, (uint64_t)getpid())) {
        return ENAMETOOLONG;
    }
    int to = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    if (to < 0) {
        return errno;
    }
    int error = take_out(to);
    int fd = error == 0 ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (error == 0 && fd < 0) {
        error = errno;
    }
    (void)unlink(name);
    (void)close(to);
    *program = fd;
    return error;
}

/* Whether an emulator runs us (qemu hides itself from /proc/self, not from there). The kernel starts another one for
 * what we execute, and that opens it by its name: the descriptor behind the name has to be open then. */
static bool emulated(void) {
    char word[PATH_MAX];
    int fd = open("/proc/thread-self/cmdline", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, word, sizeof word - 1);
    if (fd >= 0) {
        (void)close(fd);
    }
    if (got <= 0) {
        return false;
    }
    word[got] = '\0';
    return starts_with(base_name(word), "qemu-");
}

int carried_program(char *path, unsigned attempt) {
    static const char TEMPORARY[] = "/tmp/";
    static int programs[3] = {-1, -1, -1};
    const char *name = (const char *)getauxval(AT_EXECFN);
    int error = 0;
    if (attempt > 2) {
        return ENOEXEC;
    }
    int *program = &programs[attempt];
    if (*program < 0) {
        if (attempt == 0) {
            error = in_memory(program);
        } else if (attempt == 1) {
            error = name ? on_disk(name, (size_t)(base_name(name) - name), program) : ENOENT;
        } else {
            error = on_disk(TEMPORARY, strlen(TEMPORARY), program);
        }
    }
    if (error == 0 && emulated()) {
        (void)fcntl(*program, F_SETFD, 0);
    }
    path[0] = '\0';
    return error ? error
           : append(path, PATH_MAX, "/proc/self/fd/") && append_number(path, PATH_MAX, (uint64_t)*program)
               ? 0
               : ENAMETOOLONG;
}
