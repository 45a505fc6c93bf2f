/* A blob that lies in the store and nowhere else can stand in a target directory itself: no byte is copied.
 *
 * Nobody can tell it from a file that was just made: owner, group, mode and times are such a file's, and no other
 * target directory has it, so that writing to it (nobody does; compilers make new files) changes no other build. The
 * store sees by its time and size that it was written to: only its owner could set the old time again. Whatever would
 * make a difference is a reason to copy: another file system or mount (EXDEV), other owners, access lists, labels.
 */
#include "lend.h"

#include <sys/stat.h>
#include <sys/xattr.h>

enum { STORE_ONLY = 1, STORE_AND_TARGET = 2 };

static mode_t mode_of_new_files(void) {
    mode_t mask = umask(0);
    (void)umask(mask);
    return 0666 & ~mask;
}

static bool has_attribute(const char *path, const char *name) {
    return getxattr(path, name, NULL, 0) >= 0;
}

/* Whether a file that is made in the directory of `path` gets this owner and this group, and nothing beyond. */
static bool owned_alike(const struct stat *blob, const char *path) {
    static char directory[PATH_MAX];
    struct stat parent;
    directory[0] = '\0';
    if (!append_bytes(directory, sizeof directory, path, (size_t)(base_name(path) - path)) ||
        !append(directory, sizeof directory, ".") || stat(directory, &parent) != 0) {
        return false;
    }
    gid_t group = parent.st_mode & S_ISGID ? parent.st_gid : getegid();
    return blob->st_uid == geteuid() && blob->st_gid == group &&
           !has_attribute(directory, "system.posix_acl_default") && !has_attribute(directory, "security.selinux");
}

bool lend(int fd, const char *path, const char *temporary) {
    char blob[32] = "/proc/self/fd/";
    struct stat found;
    mode_t mode = mode_of_new_files();
    if (fstat(fd, &found) != 0 || found.st_nlink != STORE_ONLY || !owned_alike(&found, path) ||
        (mode & S_IRUSR) == 0 || /* then the store could not read it, either */
        !append_number(blob, sizeof blob, (uint64_t)fd) ||
        linkat(AT_FDCWD, blob, AT_FDCWD, temporary, AT_SYMLINK_FOLLOW) != 0) {
        return false;
    }
    /* Another client may have done the same at the same moment: then neither keeps it. */
    if (fstat(fd, &found) == 0 && found.st_nlink == STORE_AND_TARGET &&
        ((found.st_mode & 07777) == mode || fchmod(fd, mode) == 0) && futimens(fd, NULL) == 0) {
        return true;
    }
    (void)unlink(temporary);
    return false;
}
