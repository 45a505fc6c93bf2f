/* What a program is observed with: the library that is preloaded, the memory file that it writes to, and the two
 * variables that tell it so. Where anything is not as it must be, the program runs without, and nobody is told but the
 * daemon: the dynamic loader would complain on the program's own stderr. */
#include "seen.h"

#include "wire.h"

#include <elf.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { PROGRAM_HEADERS_MAX = 64 };

static const char PRELOAD[] = "LD_PRELOAD=";

/* What an ELF file begins with, in both classes as far as both have the same there. */
union elf {
    unsigned char ident[EI_NIDENT];
    Elf32_Ehdr narrow;
    Elf64_Ehdr wide;
};

/* Opens a regular ELF file of the machine's own byte order and reads its header. -1: it is something else. */
static int open_elf(const char *path, union elf *elf, struct stat *status) {
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 && fstat(fd, status) == 0 && S_ISREG(status->st_mode) &&
        pread(fd, elf, sizeof *elf, 0) == (ssize_t)sizeof *elf && memcmp(elf->ident, ELFMAG, SELFMAG) == 0 &&
        elf->ident[EI_DATA] == ELFDATA2LSB) {
        return fd;
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return -1;
}

/* Whether its program headers name a dynamic loader. */
static bool has_interpreter(int fd, const union elf *elf) {
    static union {
        Elf32_Phdr narrow[PROGRAM_HEADERS_MAX];
        Elf64_Phdr wide[PROGRAM_HEADERS_MAX];
    } headers;
    bool wide = elf->ident[EI_CLASS] == ELFCLASS64;
    size_t count = wide ? elf->wide.e_phnum : elf->narrow.e_phnum;
    size_t size = count * (wide ? sizeof *headers.wide : sizeof *headers.narrow);
    off_t at = wide ? (off_t)elf->wide.e_phoff : (off_t)elf->narrow.e_phoff;
    if (count > PROGRAM_HEADERS_MAX || at < 0 || pread(fd, &headers, size, at) != (ssize_t)size) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if ((wide ? headers.wide[i].p_type : headers.narrow[i].p_type) == PT_INTERP) {
            return true;
        }
    }
    return false;
}

/* Whether the library can be loaded into the program. e_machine is at the same place in both classes. */
static bool fits(const char *library, const char *program) {
    union elf ours;
    union elf theirs;
    struct stat status;
    int fd = open_elf(library, &ours, &status);
    if (fd < 0) {
        return false;
    }
    (void)close(fd);
    fd = open_elf(program, &theirs, &status);
    if (fd < 0) {
        return false;
    }
    bool fit = ours.ident[EI_CLASS] == theirs.ident[EI_CLASS] && ours.narrow.e_machine == theirs.narrow.e_machine &&
               (status.st_mode & (S_ISUID | S_ISGID)) == 0 && has_interpreter(fd, &theirs);
    (void)close(fd);
    return fit;
}

/* The library's path beside `file`, in `path` of PATH_MAX bytes; false: it is not to be preloaded from there, because
 * LD_PRELOAD ends a name at a blank or a colon, or because there is none. */
static bool beside(const char *file, char *path) {
    const char *slash = strrchr(file, '/');
    path[0] = '\0';
    return slash && file[0] == '/' && append_bytes(path, PATH_MAX, file, (size_t)(slash + 1 - file)) &&
           append(path, PATH_MAX, WIRE_SEEN_LIBRARY) && !strpbrk(path, ": \t\n") && access(path, R_OK) == 0;
}

static const char *value_of(const char *name_and_sign) {
    for (char **each = environ; *each; each++) {
        if (starts_with(*each, name_and_sign)) {
            return *each + strlen(name_and_sign);
        }
    }
    return "";
}

/* Beside our own file; where that stands alone, beside the one that cargo calls. */
static bool find_library(char *path) {
    static char own[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", own, sizeof own - 1);
    own[size > 0 ? size : 0] = '\0';
    return beside(own, path) || beside(value_of("RUSTC_WRAPPER="), path);
}

/* An empty memory file, and `DUNNAGE_SEEN=/proc/<our pid>/fd/<number>`; -1: there is none, or /proc is not ours. */
static int open_memory(char *variable, size_t room) {
    static const uint32_t version = WIRE_SEEN_VERSION;
    char self[16] = "";
    char pid[16] = "";
    struct rlimit largest;
    if (getrlimit(RLIMIT_FSIZE, &largest) != 0 || largest.rlim_cur < WIRE_SEEN_BYTES_MAX) {
        return -1; /* making it so large would send us a signal */
    }
    int made = memfd_create("dunnage-seen", MFD_CLOEXEC);
    if (made < 0) {
        return -1;
    }
    variable[0] = '\0';
    if (ftruncate(made, WIRE_SEEN_BYTES_MAX) == 0 &&
        pwrite(made, &version, sizeof version, 0) == (ssize_t)sizeof version &&
        readlink("/proc/self", self, sizeof self - 1) > 0 && append_number(pid, sizeof pid, (uint64_t)getpid()) &&
        strcmp(self, pid) == 0 && append(variable, room, WIRE_SEEN_VARIABLE "=") && append(variable, room, "/proc/") &&
        append(variable, room, pid) && append(variable, room, "/fd/") &&
        append_number(variable, room, (uint64_t)made) && access(strchr(variable, '/'), R_OK | W_OK) == 0) {
        return made;
    }
    (void)close(made);
    return -1;
}

/* Our environment with both variables; the program takes them out again, so the others stay where they were. Where we
 * are observed ourselves, ours stand in the place of those. */
static char **with_variables(char *preload, char *seen) {
    static char *all[WIRE_STRINGS_PER_LIST_MAX + 3];
    size_t count = 0;
    bool preloaded = false;
    for (char **each = environ; *each; each++) {
        if (starts_with(*each, WIRE_SEEN_VARIABLE "=")) {
            continue;
        }
        if (count >= WIRE_STRINGS_PER_LIST_MAX) {
            return NULL;
        }
        bool is_preload = !preloaded && starts_with(*each, PRELOAD);
        all[count++] = is_preload ? preload : *each;
        preloaded = preloaded || is_preload;
    }
    if (!preloaded) {
        all[count++] = preload;
    }
    all[count++] = seen;
    all[count] = NULL;
    return all;
}

/* What else is to be preloaded: what we were told to, without our own library in front of it. */
static const char *other_libraries(const char *library) {
    const char *others = value_of(PRELOAD);
    size_t size = strlen(library);
    if (starts_with(others, library) && (others[size] == ':' || !others[size])) {
        others += size + (others[size] ? 1 : 0);
    }
    return others;
}

int seen_open(const char *program, char ***environment) {
    static char library[PATH_MAX];
    static char preload[2 * PATH_MAX];
    static char variable[64];
    preload[0] = '\0';
    if (!find_library(library) || !fits(library, program)) {
        return -1;
    }
    const char *others = other_libraries(library);
    if (!append(preload, sizeof preload, PRELOAD) || !append(preload, sizeof preload, library) ||
        (*others && (!append(preload, sizeof preload, ":") || !append(preload, sizeof preload, others)))) {
        return -1;
    }
    int memory = open_memory(variable, sizeof variable);
    char **all = memory >= 0 ? with_variables(preload, variable) : NULL;
    if (all) {
        *environment = all;
        return memory;
    }
    if (memory >= 0) {
        (void)close(memory);
    }
    return -1;
}
