/* What processes do with one another. `fork how path`: how is fork, vfork, failing, spawn, spawnp, execl, execlp,
 * execle, execv, fexecve or execveat; the path is what is run, with the word `ran`. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int ended(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    printf("parent %d child %d ended %d\n", (int)getpid(), (int)child, WEXITSTATUS(status));
    access("/parent-goes-on", F_OK);
    return 0;
}

int main(int argc, char **argv) {
    const char *how = argv[1], *path = argv[2];
    char *words[] = {(char *)path, "ran", NULL};
    char *const alone[] = {"ONLY=this", NULL};
    pid_t child = 0;
    access("/before", F_OK);
    if (strcmp(how, "fork") == 0) {
        child = fork();
        if (child == 0) {
            access("/in-the-child", F_OK);
            execve(path, words, environ);
            _exit(9);
        }
        return ended(child);
    }
    if (strcmp(how, "vfork") == 0) {
        child = vfork();
        if (child == 0) {
            execve(path, words, environ);
            _exit(9);
        }
        return ended(child);
    }
    if (strcmp(how, "vfork-chdir") == 0) {
        access("below", F_OK);
        child = vfork();
        if (child == 0) {
            chdir("d");
            access("below", F_OK);
            execve(path, words, environ);
            _exit(9);
        }
        access("below", F_OK);
        return ended(child);
    }
    if (strcmp(how, "fork-only") == 0) {
        child = fork();
        if (child == 0) {
            access("/in-the-child", F_OK);
            _exit(0);
        }
        return ended(child);
    }
    if (strcmp(how, "spawn") == 0) {
        int error = posix_spawn(&child, path, NULL, NULL, words, environ);
        return error ? printf("error %d\n", error), 0 : ended(child);
    }
    if (strcmp(how, "spawnp") == 0) {
        int error = posix_spawnp(&child, path, NULL, NULL, words, alone);
        return error ? printf("error %d\n", error), 0 : ended(child);
    }
    if (strcmp(how, "execl") == 0) {
        execl(path, path, "ran", NULL);
    } else if (strcmp(how, "execlp") == 0) {
        execlp(path, path, "ran", NULL);
    } else if (strcmp(how, "execle") == 0) {
        execle(path, path, "ran", NULL, alone);
    } else if (strcmp(how, "execv") == 0) {
        execv(path, words);
    } else if (strcmp(how, "execvp") == 0) {
        execvp(path, words);
    } else if (strcmp(how, "execvpe") == 0) {
        execvpe(path, words, alone);
    } else if (strcmp(how, "fexecve") == 0) {
        fexecve(open(path, O_RDONLY | O_CLOEXEC), words, alone);
#ifdef __GLIBC__ /* musl has none yet */
    } else if (strcmp(how, "execveat") == 0) {
        execveat(AT_FDCWD, path, words, alone, 0);
#endif
    }
    printf("failed with %d\n", errno);
    return 0;
}
