/* Writes what the daemon gives to where it belongs: under a temporary name beside its own, then renamed.
 *
 * So a reader sees the old file or the whole new one, and an old file that is read-only or has more names (cargo links
 * its final outputs) is replaced, not written through. The modification time is now, because cargo compares.
 */
#include "restore.h"

#include "files.h"

#include <linux/fs.h>
#include <signal.h>
#include <stdio.h> /* rename, nothing else */
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

enum { NAME_KEPT_MAX = 200, TEMPORARY_TRIES_MAX = 1000 };

/* The ways to copy, best first. One that this pair of file systems does not know is not tried again. */
enum way { WAY_CLONE, WAY_COPY, WAY_SEND, WAY_READ };
#ifndef FIRST_WAY
#define FIRST_WAY WAY_CLONE /* a test begins with the last, which no file system here needs */
#endif
static enum way way = FIRST_WAY;

/* Some bytes from `offset` on by the current way: their number, 0 at the end, -1 with errno. */
static ssize_t copy_some(int from, int to, off_t offset, uint64_t left) {
    static char block[64 * 1024];
    size_t size = left < (1U << 30) ? (size_t)left : (1U << 30);
    switch (way) {
    case WAY_CLONE:
        /* All of it or nothing; shared until somebody writes. */
        return offset == 0 && ioctl(to, FICLONE, from) == 0 ? (ssize_t)size : -1;
    case WAY_COPY:
        return copy_file_range(from, &offset, to, NULL, size, 0);
    case WAY_SEND:
        return sendfile(to, from, &offset, size);
    case WAY_READ:
        break;
    }
    ssize_t got = pread(from, block, size < sizeof block ? size : sizeof block, offset);
    if (got <= 0) {
        return got;
    }
    int error = write_all(to, block, (size_t)got);
    errno = error;
    return error == 0 ? got : -1;
}

/* Copies a whole file from its beginning, whatever its own offset (another session may share it). */
static int copy_all(int from, int to) {
    struct stat source;
    if (fstat(from, &source) != 0) {
        return errno;
    }
    uint64_t size = (uint64_t)source.st_size;
    for (uint64_t done = 0; done < size;) {
        ssize_t copied = copy_some(from, to, (off_t)done, size - done);
        if (copied > 0) {
            done = way == WAY_CLONE ? size : done + (uint64_t)copied;
        } else if (copied < 0 && errno == EINTR) {
            continue;
        } else if (way != WAY_READ) {
            /* Whatever the reason: if it is a real one, the plainest way will meet it again and name it. */
            way++;
        } else {
            return copied < 0 ? errno : EIO; /* shorter than it said: not the blob that was meant */
        }
    }
    return 0;
}

/* Makes the missing directories above `path`. */
static int make_parents(char *path) {
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int error = mkdir(path, 0777) == 0 ? 0 : errno;
        *slash = '/';
        /* EEXIST and, on a read-only parent, EROFS or EACCES: what is there already needs no making. The last one that
         * is missing shows when the file is opened. */
        if (error == ENAMETOOLONG || error == ENOSPC || error == EDQUOT) {
            return error;
        }
    }
    return 0;
}

/* The name beside `path` under which it is written: `.<name>.dunnage-<pid>-<number>`. */
static bool temporary_name(const char *path, unsigned number, char *temporary) {
    const char *name = base_name(path);
    size_t kept = strlen(name);
    if (kept > NAME_KEPT_MAX) {
        kept = NAME_KEPT_MAX; /* a file name has at most 255 bytes */
    }
    temporary[0] = '\0';
    return append_bytes(temporary, PATH_MAX, path, (size_t)(name - path)) && append(temporary, PATH_MAX, ".") &&
           append_bytes(temporary, PATH_MAX, name, kept) && append(temporary, PATH_MAX, ".dunnage-") &&
           append_number(temporary, PATH_MAX, (uint64_t)getpid()) && append(temporary, PATH_MAX, "-") &&
           append_number(temporary, PATH_MAX, number);
}

/* Opens a new file under a temporary name; the umask gives its mode as it would the compiler's. */
static int open_temporary(char *path, bool executable, char *temporary, int *fd) {
    /* Two containers that share a directory may have the same pids, so the number goes on where a name is taken. */
    static unsigned number;
    bool made_parents = false;
    for (int tries = 0; tries < TEMPORARY_TRIES_MAX; tries++) {
        if (!temporary_name(path, number++, temporary)) {
            return ENAMETOOLONG;
        }
        *fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, executable ? 0777 : 0666);
        if (*fd >= 0) {
            return 0;
        }
        if (errno == ENOENT && !made_parents) {
            made_parents = true;
            int error = make_parents(path);
            if (error != 0) {
                return error;
            }
        } else if (errno != EEXIST && errno != EINTR) {
            return errno;
        }
    }
    return EEXIST;
}

static int write_file(const struct file_to_write *file, int fd, char *path) {
    static char temporary[PATH_MAX];
    int to;
    int error = path_of(file->path, path);
    if (error != 0) {
        return error;
    }
    if (!*base_name(path)) {
        return EISDIR;
    }
    error = open_temporary(path, file->executable, temporary, &to);
    if (error != 0) {
        return error;
    }
    error = file->has_descriptor ? copy_all(fd, to) : write_all(to, file->data.at, file->data.size);
    /* Some file systems only say at close that there was no room. */
    if (close(to) != 0 && error == 0) {
        error = errno;
    }
    if (error == 0 && rename(temporary, path) != 0) {
        error = errno;
    }
    if (error != 0) {
        (void)unlink(temporary);
    }
    return error;
}

enum restored answer_write(struct writer *writer, const struct message *request, const int *fds) {
    static char path[PATH_MAX];
    /* A signal that ends us waits until no temporary file is left behind. */
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, &before);
    enum restored result = RESTORED;
    uint8_t *at = request->list;
    frame_begin(writer, WIRE_TYPE_WRITTEN, 4 + (uint64_t)request->count * WIRE_STAT_RECORD_BYTES);
    put_u32(writer, request->count);
    for (uint32_t i = 0; i < request->count; i++) {
        struct file_to_write file = next_file(&at);
        int error = write_file(&file, file.has_descriptor ? *fds++ : -1, path);
        put_stat_record(writer, path, error);
        if (error != 0) {
            result = NOT_RESTORED;
        }
    }
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return frame_end(writer) ? result : result == RESTORED ? DAEMON_GONE : result;
}
