/* Writes what the daemon gives to where it belongs: under a temporary name beside its own, then renamed.
 *
 * So a reader sees the old file or the whole new one, and an old file that is read-only or has more names (cargo links
 * its final outputs) is replaced, not written through. The modification time is now, because cargo compares.
 */
#include "restore.h"

#include "files.h"
#include "lend.h"
#include "said.h"
#include "trailer.h"

#include <linux/fs.h>
#include <signal.h>
#include <stdio.h> /* rename, nothing else */
#include <sys/auxv.h>
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

/* The launcher stands beside us. -1: it does not, or cannot be read. */
static int open_launcher(void) {
    static char path[PATH_MAX];
    const char *own = (const char *)getauxval(AT_EXECFN);
    path[0] = '\0';
    return own && append_bytes(path, sizeof path, own, (size_t)(base_name(own) - own)) &&
                   append(path, sizeof path, "launcher")
               ? open(path, O_RDONLY | O_CLOEXEC)
               : -1;
}

/* The launcher, the program, and a trailer that says so (trailer.h). Without a launcher: the program alone. */
static int put_launcher(const struct span *digest, int program, int to) {
    struct trailer trailer = {.magic = TRAILER_MAGIC_CHARS};
    struct stat carried;
    int launcher = open_launcher();
    if (launcher < 0) {
        return copy_all(program, to);
    }
    int error = copy_all(launcher, to);
    (void)close(launcher);
    off_t offset = lseek(to, 0, SEEK_END); /* a clone leaves it at the beginning */
    if (error != 0 || offset < 0 || fstat(program, &carried) != 0) {
        return error != 0 ? error : errno;
    }
    way = way == WAY_CLONE ? WAY_COPY : way; /* which clones, too, where it can */
    error = copy_all(program, to);
    trailer_put(trailer.version, TRAILER_VERSION);
    trailer_put(trailer.offset, (uint64_t)offset);
    trailer_put(trailer.size, (uint64_t)carried.st_size);
    memcpy(trailer.digest, digest->at, TRAILER_DIGEST_CHARS); /* so many: message_parse has seen to it */
    return error != 0 ? error : write_all(to, &trailer, sizeof trailer);
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

static int write_directory(char *path) {
    struct stat found;
    int error = mkdir(path, 0777) == 0 ? 0 : errno;
    if (error == ENOENT) {
        error = make_parents(path);
        error = error != 0 ? error : mkdir(path, 0777) == 0 ? 0 : errno;
    }
    return error == EEXIST && lstat(path, &found) == 0 && S_ISDIR(found.st_mode) ? 0 : error;
}

/* Moves what was made elsewhere to its place: a directory over an empty one, at once. */
static int write_rename(const struct span *data, char *path) {
    static char from[PATH_MAX];
    int error = path_of(*data, from);
    return error != 0 ? error : rename(from, path) == 0 ? 0 : errno;
}

/* Two containers that share a directory may have the same pids, so the number goes on where a name is taken. */
static unsigned temporary_number;

static int write_symlink(const struct span *data, char *path) {
    static char target[PATH_MAX];
    static char temporary[PATH_MAX];
    int error = path_of(*data, target);
    for (int tries = 0; error == 0 && tries < TEMPORARY_TRIES_MAX; tries++) {
        if (!temporary_name(path, temporary_number++, temporary)) {
            return ENAMETOOLONG;
        }
        if (symlink(target, temporary) == 0) {
            error = rename(temporary, path) == 0 ? 0 : errno;
            if (error != 0) {
                (void)unlink(temporary);
            }
            return error;
        }
        error = errno == ENOENT ? make_parents(path) : errno == EEXIST ? 0 : errno;
    }
    return error != 0 ? error : EEXIST;
}

/* Opens a new file under a temporary name; the umask gives its mode as it would the compiler's. */
static int open_temporary(char *path, bool executable, char *temporary, int *fd) {
    bool made_parents = false;
    for (int tries = 0; tries < TEMPORARY_TRIES_MAX; tries++) {
        if (!temporary_name(path, temporary_number++, temporary)) {
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

static int write_content(const struct file_to_write *file, int fd, int to) {
    switch (file->source) {
    case WIRE_SOURCE_LAUNCHER:
        return put_launcher(&file->data, fd, to);
    case WIRE_SOURCE_DESCRIPTOR:
    case WIRE_SOURCE_LENT:
        return copy_all(fd, to);
    default:
        return write_all(to, file->data.at, file->data.size);
    }
}

/* The blob itself in the place of a copy; false: nothing has happened. */
static bool write_lent(int fd, const char *path) {
    static char temporary[PATH_MAX];
    if (!temporary_name(path, temporary_number++, temporary) || !lend(fd, path, temporary)) {
        return false;
    }
    if (rename(temporary, path) != 0) {
        (void)unlink(temporary);
        return false; /* a copy will meet the same, and say so */
    }
    return true;
}

static int write_regular(const struct file_to_write *file, int fd, char *path) {
    static char temporary[PATH_MAX];
    int to;
    if (file->source == WIRE_SOURCE_LENT && write_lent(fd, path)) {
        return 0;
    }
    int error = open_temporary(path, file->executable, temporary, &to);
    if (error != 0) {
        return error;
    }
    error = write_content(file, fd, to);
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

static int write_file(const struct file_to_write *file, int fd, char *path) {
    int error = path_of(file->path, path);
    if (error != 0) {
        return error;
    }
    if (!*base_name(path)) {
        return EISDIR;
    }
    switch (file->source) {
    case WIRE_SOURCE_DIRECTORY:
        return write_directory(path);
    case WIRE_SOURCE_SYMLINK:
        return write_symlink(&file->data, path);
    case WIRE_SOURCE_RENAME:
        return write_rename(&file->data, path);
    default:
        return write_regular(file, fd, path);
    }
}

/* Says what belongs behind a file that is in place. Signals are let in: nothing is half done, and a reader may let us
 * wait. */
static int announce(const struct span *notice, const sigset_t *before) {
    sigset_t blocked;
    (void)sigprocmask(SIG_SETMASK, before, &blocked);
    bool is_said = say_early(notice);
    (void)sigprocmask(SIG_SETMASK, &blocked, NULL);
    return is_said ? 0 : EMSGSIZE;
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
        if (error == 0 && file.notice.size > 0 && result == RESTORED) {
            error = announce(&file.notice, &before);
        }
        put_stat_record(writer, path, error, file.source != WIRE_SOURCE_SYMLINK);
        if (error != 0) {
            result = NOT_RESTORED;
        }
    }
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return frame_end(writer) ? result : result == RESTORED ? DAEMON_GONE : result;
}
