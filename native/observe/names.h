/* The functions that the library stands in front of: those of glibc old and new, and of musl, for every width of files
 * and of time. A C library has a part of them. */
#ifndef DUNNAGE_OBSERVE_NAMES_H
#define DUNNAGE_OBSERVE_NAMES_H

/* clang-format off */
#define NAMES(X) \
    /* opening.c */ \
    X(open) X(open64) X(openat) X(openat64) X(__open_2) X(__open64_2) X(__openat_2) X(__openat64_2) \
    X(creat) X(creat64) X(fopen) X(fopen64) X(freopen) X(freopen64) X(posix_spawn_file_actions_addopen) \
    /* temporary.c */ \
    X(mkstemp) X(mkstemp64) X(mkostemp) X(mkostemp64) X(mkstemps) X(mkstemps64) X(mkostemps) X(mkostemps64) \
    X(mkdtemp) \
    /* looking.c */ \
    X(stat) X(stat64) X(lstat) X(lstat64) X(fstatat) X(fstatat64) X(statx) \
    X(__xstat) X(__xstat64) X(__lxstat) X(__lxstat64) X(__fxstatat) X(__fxstatat64) \
    X(__stat64_time64) X(__lstat64_time64) X(__fstatat64_time64) \
    X(__stat_time64) X(__lstat_time64) X(__fstatat_time64) \
    X(access) X(euidaccess) X(eaccess) X(faccessat) \
    X(readlink) X(readlinkat) X(__readlink_chk) X(__readlinkat_chk) \
    X(realpath) X(__realpath_chk) X(canonicalize_file_name) X(chdir) X(fchdir) \
    /* listing.c */ \
    X(opendir) X(fdopendir) X(scandir) X(scandir64) X(scandirat) X(scandirat64) \
    X(ftw) X(ftw64) X(nftw) X(nftw64) X(__ftw64_time64) X(__nftw64_time64) X(fts_open) X(fts64_open) \
    X(__fts64_open_time64) X(glob) X(glob64) X(__glob64_time64) \
    /* changing.c */ \
    X(rename) X(renameat) X(renameat2) X(link) X(linkat) X(symlink) X(symlinkat) \
    X(unlink) X(unlinkat) X(remove) X(rmdir) X(mkdir) X(mkdirat) X(mknod) X(mknodat) X(__xmknod) X(__xmknodat) \
    X(mkfifo) X(mkfifoat) X(truncate) X(truncate64) X(chmod) X(lchmod) X(fchmodat) X(chown) X(lchown) X(fchownat) \
    X(utime) X(utimes) X(lutimes) X(futimesat) X(utimensat) \
    X(__utime64) X(__utimes64) X(__lutimes64) X(__futimesat64) X(__utimensat64) \
    X(__utime_time64) X(__utimes_time64) X(__lutimes_time64) X(__futimesat_time64) X(__utimensat_time64) \
    /* variables.c */ \
    X(getenv) X(secure_getenv) X(__secure_getenv) \
    /* becoming.c, starting.c */ \
    X(execve) X(execvpe) X(fexecve) X(execveat) \
    X(posix_spawn) X(posix_spawnp) X(pidfd_spawn) X(pidfd_spawnp) X(system) X(popen) X(wordexp) \
    /* libraries.c */ \
    X(dlopen) X(dlmopen) \
    /* world.c */ \
    X(socket) X(connect) X(getaddrinfo) X(gethostbyname) X(gethostbyname2) X(gethostbyname_r) X(gethostbyname2_r) \
    X(time) X(gettimeofday) X(clock_gettime) X(timespec_get) \
    X(__time64) X(__gettimeofday64) X(__clock_gettime64) X(__timespec_get64) X(__gettimeofday_time64) \
    X(__timespec_get_time64) \
    X(sched_getaffinity) X(sysconf) X(get_nprocs) X(get_nprocs_conf) \
    X(uname) X(gethostname) X(getdomainname) X(gethostid) \
    /* kernel.c */ \
    X(syscall)
/* clang-format on */

#endif
