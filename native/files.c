/* Looks at files for the daemon: stat, open, list. */
#include "files.h"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* The entries of one directory, as they go into LISTED. As many names as the wire allows, of 64 bytes each; a larger
 * directory answers E2BIG. */
static uint8_t listing[WIRE_NAMES_PER_LISTING_MAX * 64];

int path_of(struct span text, char *path) {
    path[0] = '\0';
    if (text.size == 0) {
        return ENOENT;
    }
    return append_bytes(path, PATH_MAX, text.at, text.size) ? 0 : ENAMETOOLONG;
}

static uint64_t ns_of(struct timespec at) {
    return (uint64_t)((int64_t)at.tv_sec * 1000000000 + (int64_t)at.tv_nsec);
}

void put_stat_record(struct writer *writer, const char *path, int error, bool follow) {
    struct stat found;
    if (error == 0 && (follow ? stat(path, &found) : lstat(path, &found)) != 0) {
        error = errno;
    }
    if (error != 0) {
        memset(&found, 0, sizeof found);
    }
    put_u32(writer, (uint32_t)error);
    put_u32(writer, found.st_mode);
    put_u64(writer, found.st_dev);
    put_u64(writer, found.st_ino);
    put_u64(writer, (uint64_t)found.st_size);
    put_u64(writer, ns_of(found.st_mtim));
    put_u64(writer, ns_of(found.st_ctim));
}

bool answer_stat(struct writer *writer, const struct message *request) {
    uint8_t *at = request->list;
    frame_begin(writer, WIRE_TYPE_STATS, 4 + (uint64_t)request->count * WIRE_STAT_RECORD_BYTES);
    put_u32(writer, request->count);
    for (uint32_t i = 0; i < request->count; i++) {
        put_stat_record(writer, next_string(&at), 0, true);
    }
    return frame_end(writer);
}

/* Opens a regular file. Anything else is refused: reading a FIFO or a device could wait for ever, or do something. */
static int open_file(const char *path, int *fd) {
    struct stat found;
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (*fd < 0) {
        return errno;
    }
    int error = fstat(*fd, &found) != 0 ? errno : S_ISDIR(found.st_mode) ? EISDIR : S_ISREG(found.st_mode) ? 0 : EINVAL;
    if (error != 0) {
        (void)close(*fd);
    }
    return error;
}

bool answer_open(struct writer *writer, const struct message *request) {
    int fds[WIRE_FDS_PER_FRAME_MAX];
    int errnos[WIRE_FDS_PER_FRAME_MAX];
    unsigned count = 0;
    uint8_t *at = request->list;
    for (uint32_t i = 0; i < request->count; i++) {
        errnos[i] = open_file(next_string(&at), &fds[count]);
        count += errnos[i] == 0 ? 1 : 0;
    }
    frame_begin(writer, WIRE_TYPE_OPENED, 4 + (uint64_t)request->count * 4);
    frame_descriptors(writer, fds, count);
    put_u32(writer, request->count);
    for (uint32_t i = 0; i < request->count; i++) {
        put_u32(writer, (uint32_t)errnos[i]);
    }
    bool sent = frame_end(writer);
    while (count > 0) {
        (void)close(fds[--count]);
    }
    return sent;
}

static uint8_t kind_of(int directory, const struct dirent *entry) {
    mode_t mode = (mode_t)DTTOIF(entry->d_type);
    struct stat found;
    if (entry->d_type == DT_UNKNOWN && fstatat(directory, entry->d_name, &found, AT_SYMLINK_NOFOLLOW) == 0) {
        mode = found.st_mode;
    }
    return S_ISREG(mode)   ? WIRE_ENTRY_FILE
           : S_ISDIR(mode) ? WIRE_ENTRY_DIRECTORY
           : S_ISLNK(mode) ? WIRE_ENTRY_SYMLINK
                           : WIRE_ENTRY_OTHER;
}

/* Reads a directory into `listing`. The bare system call, because opendir wants a heap. Returns 0 or an errno. */
static int read_directory(const char *path, uint32_t *count, size_t *size) {
    static _Alignas(struct dirent) char block[32 * 1024];
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        return errno;
    }
    int error = 0;
    long got;
    while (error == 0 && (got = syscall(SYS_getdents64, directory, block, sizeof block)) != 0) {
        error = got < 0 ? errno : 0;
        for (long at = 0; at < got && error == 0;) {
            const struct dirent *entry = (const struct dirent *)(void *)(block + at);
            const char *name = entry->d_name;
            at += entry->d_reclen;
            if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
                continue;
            }
            uint32_t length = (uint32_t)strlen(name);
            if (*count == WIRE_NAMES_PER_LISTING_MAX || 5 + (size_t)length > sizeof listing - *size) {
                error = E2BIG;
                break;
            }
            uint8_t *into = listing + *size;
            into[0] = kind_of(directory, entry);
            for (unsigned i = 0; i < 4; i++) {
                into[1 + i] = (uint8_t)(length >> (8 * i));
            }
            memcpy(into + 5, name, length);
            *size += 5 + (size_t)length;
            *count += 1;
        }
    }
    (void)close(directory);
    return error;
}

bool answer_list(struct writer *writer, const struct message *request) {
    static char path[PATH_MAX];
    uint32_t count = 0;
    size_t size = 0;
    int error = path_of(request->text, path);
    if (error == 0) {
        error = read_directory(path, &count, &size);
    }
    if (error != 0) {
        count = 0;
        size = 0;
    }
    frame_begin(writer, WIRE_TYPE_LISTED, 8 + size);
    put_u32(writer, (uint32_t)error);
    put_u32(writer, count);
    put_bytes(writer, listing, size);
    return frame_end(writer);
}
