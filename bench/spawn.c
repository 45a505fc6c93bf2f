/* How long it takes from exec until a program has connected, and until one that does nothing has ended.

   spawn RUNS SOCKET CONNECTS NOTHING CLIENT WORDS…

   Listens on SOCKET and starts three programs in turn, RUNS times: the client with its words, CONNECTS, which does
   nothing but connect to SOCKET, and NOTHING. Prints three times a round, in nanoseconds.

   What starts them must not be part of what is measured: the child shares this small program's memory (as with vfork)
   and takes the time in the instruction before execve; a fork of a large program, or the copy of its page tables, comes
   before that. Neither must the waking of whoever waits: where there are two cores, this program keeps to one, asks
   without a pause whether somebody has connected, and sends the programs to the other one. */

#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { STACK_BYTES = 64 * 1024 };

static _Alignas(16) char stack[STACK_BYTES];
static char **words;      /* what the child becomes */
static long long started; /* written by the child, which shares this memory until it becomes something else */
static int cores;         /* that we may use: 1 or 2 */
static cpu_set_t others;  /* the core of the programs */

static _Noreturn void fail(const char *what) {
    fprintf(stderr, "spawn: %s: %s\n", what, strerror(errno));
    exit(1);
}

static long long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

/* Keep to the first core that we may use; the second one is for the programs. */
static void share_cores(void) {
    cpu_set_t all, own;
    CPU_ZERO(&own);
    CPU_ZERO(&others);
    if (sched_getaffinity(0, sizeof all, &all) != 0) {
        fail("sched_getaffinity");
    }
    for (size_t core = 0; core < CPU_SETSIZE && cores < 2; core++) {
        if (CPU_ISSET(core, &all)) {
            CPU_SET(core, cores ? &others : &own);
            cores++;
        }
    }
    if (cores == 2 && sched_setaffinity(0, sizeof own, &own) != 0) {
        fail("sched_setaffinity");
    }
}

static int become(void *unused) {
    (void)unused;
    if (cores == 2) {
        sched_setaffinity(0, sizeof others, &others);
    }
    started = now();
    execve(words[0], words, environ);
    _exit(127);
}

static pid_t start(char **argv) {
    words = argv;
    pid_t child = clone(become, stack + STACK_BYTES, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
    if (child < 0) {
        fail("clone");
    }
    return child;
}

static void reap(pid_t child) {
    int status;
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fail("a program did not end well");
    }
}

static long long until_connected(int listener, char **argv) {
    pid_t child = start(argv);
    int connection;
    do {
        connection = accept(listener, NULL, NULL);
    } while (connection < 0 && errno == EAGAIN);
    long long took = now() - started;
    if (connection < 0) {
        fail("accept");
    }
    close(connection); /* the client then becomes its compiler, which does nothing */
    reap(child);
    return took;
}

static long long until_ended(char **argv) {
    pid_t child = start(argv);
    siginfo_t ended = {0};
    int flags = WEXITED | WNOWAIT | (cores == 2 ? WNOHANG : 0);
    do {
        if (waitid(P_PID, (id_t)child, &ended, flags) != 0) {
            fail("waitid");
        }
    } while (ended.si_pid != child);
    long long took = now() - started;
    reap(child);
    return took;
}

static int listen_at(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        fail(path);
    }
    strcpy(address.sun_path, path);
    int flags = SOCK_STREAM | SOCK_CLOEXEC | (cores == 2 ? SOCK_NONBLOCK : 0);
    int listener = socket(AF_UNIX, flags, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 8) != 0) {
        fail(path);
    }
    return listener;
}

int main(int argc, char **argv) {
    if (argc < 6) {
        fprintf(stderr, "spawn: RUNS SOCKET CONNECTS NOTHING CLIENT WORDS…\n");
        return 2;
    }
    share_cores();
    int listener = listen_at(argv[2]);
    static char *connects[3], *nothing[2]; /* static, because `words` keeps pointing at one of them */
    connects[0] = argv[3];
    connects[1] = argv[2];
    nothing[0] = argv[4];
    for (long run = strtol(argv[1], NULL, 10); run > 0; run--) {
        long long client = until_connected(listener, argv + 5);
        long long floor = until_connected(listener, connects);
        printf("%lld %lld %lld\n", client, floor, until_ended(nothing));
    }
    return 0;
}
