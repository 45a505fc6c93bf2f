/* Runs the compiler as our own child, with the environment, descriptors, signal mask and dispositions that we got.
 *
 * What a terminal sends (Ctrl-C) reaches the compiler by itself, because it stays in our process group; what is sent to
 * us alone is handed on. In both cases we wait for the compiler and end as it does.
 *
 * What cannot be handed on is our own sudden death (kill -9). Then the compiler dies as well (PR_SET_PDEATHSIG): a
 * plain rustc would be dead now, and one that nobody waits for could write over what the next build makes. The signal
 * comes when the thread that forked ends, and we have but one.
 */
#include "run.h"

#include "program.h"
#include "said.h"
#include "seen.h"
#include "signals.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

/* One stream of the compiler's on its way. */
struct stream {
    int from; /* our end of the pipe, -1 when it is done with */
    int to;   /* our own stream, -1 when it must not be seen */
    uint8_t number;
};

/* What is run, and with what. */
struct program {
    char **argv;
    char **environment;
    bool quiet;
    bool observing;
    int notes;
    char path[PATH_MAX];
};

/* In the child: everything as we got it, then the compiler. Says the errno over `trouble` when that fails. */
static _Noreturn void be_compiler(const struct program *program, const struct signals *before, const int *outs,
                                  int trouble, pid_t parent) {
    int error = 0;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != parent) {
        _exit(127); /* it came too late */
    }
    if (program->quiet) {
        int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
        error = null < 0 || dup2(null, STDIN_FILENO) < 0 ? errno : 0;
    }
    if (program->notes >= 0 && fcntl(program->notes, F_SETFD, 0) < 0) {
        error = errno;
    }
    if (error == 0 && dup2(outs[0], STDOUT_FILENO) >= 0 && dup2(outs[1], STDERR_FILENO) >= 0) {
        restore_signals(before);
        (void)execve(program->path, program->argv, program->environment);
    }
    error = error ? error : errno;
    (void)write_all(trouble, &error, sizeof error);
    _exit(127);
}

/* Starts the compiler. Fills the streams' `from`, `child` and `seen`; returns 0 or an errno. */
static int start(struct program *program, const struct signals *before, struct stream *streams, pid_t *child,
                 int *seen) {
    int pipes[3][2]; /* stdout, stderr, and one that closes when execve has worked */
    int error = find_program(program->argv[0], program->path);
    int made = 0;
    if (error == 0 && program->observing) {
        *seen = seen_open(program->path, &program->environment);
    }
    while (error == 0 && made < 3) {
        error = pipe2(pipes[made], O_CLOEXEC) == 0 ? 0 : errno;
        made += error == 0 ? 1 : 0;
    }
    pid_t parent = getpid();
    pid_t pid = error == 0 ? fork() : -1;
    if (pid == 0) {
        int outs[2] = {pipes[0][1], pipes[1][1]};
        be_compiler(program, before, outs, pipes[2][1], parent);
    }
    if (error == 0 && pid < 0) {
        error = errno;
    }
    for (int i = 0; i < made; i++) {
        (void)close(pipes[i][1]);
    }
    if (error == 0) {
        /* Nobody else holds the other end, so this is over as soon as the child has become the compiler. */
        ssize_t got;
        do {
            got = read(pipes[2][0], &error, sizeof error);
        } while (got < 0 && errno == EINTR);
        if (got == (ssize_t)sizeof error) {
            while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
            }
        } else {
            error = 0;
            *child = pid;
            hand_on_to(pid);
        }
    }
    for (int i = 0; i < made; i++) {
        if (error != 0 || i == 2) {
            (void)close(pipes[i][0]);
        } else {
            streams[i].from = pipes[i][0];
            (void)fcntl(pipes[i][0], F_SETFL, O_NONBLOCK);
        }
    }
    return error;
}

static void close_stream(struct stream *stream) {
    if (stream->from >= 0) {
        (void)close(stream->from);
        stream->from = -1;
    }
}

/* Passes on what is there, one chunk. False when there is nothing (any more). */
static bool pass_on(struct stream *stream, struct writer *writer) {
    static uint8_t chunk[WIRE_OUTPUT_CHUNK_BYTES_MAX];
    ssize_t got;
    do {
        got = read(stream->from, chunk, sizeof chunk);
    } while (got < 0 && errno == EINTR);
    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) {
            close_stream(stream);
        }
        return false;
    }
    size_t skipped = stream->to == STDERR_FILENO ? said_already(chunk, (size_t)got) : 0;
    if (stream->to >= 0 && write_all(stream->to, chunk + skipped, (size_t)got - skipped) != 0) {
        /* Nobody reads our stream. Let the compiler find that out for itself, as it would without us. */
        close_stream(stream);
        return false;
    }
    if (!writer->gone) {
        frame_begin(writer, WIRE_TYPE_OUTPUT, 5 + (uint64_t)got);
        put_u8(writer, stream->number);
        put_blob(writer, chunk, (size_t)got);
        (void)frame_end(writer);
    }
    return true;
}

/* Takes the child if it has ended. */
static bool reap(pid_t child, struct ending *ending, const struct signals *before) {
    int status;
    struct rusage usage;
    hold_signals(before);
    pid_t ended = wait4(child, &status, WNOHANG, &usage);
    if (ended == 0 || (ended < 0 && errno == EINTR)) {
        let_signals(before);
        return false;
    }
    hand_on_to(0);
    if (ended < 0) {
        ending->error = errno;
        return true;
    }
    ending->code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    ending->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    ending->cpu_us = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
                     (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    return true;
}

/* Whether what we run has all its descendants looked for; and whether they come to us. */
static bool minded, adopting;

void mind_family(void) {
    minded = true;
    adopting = prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
}

/* Whether any descendant is still there, once the child has been reaped. */
static bool others_live(void) {
    pid_t ended;
    do {
        ended = waitpid(-1, NULL, WNOHANG);
    } while (ended > 0 || (ended < 0 && errno == EINTR));
    return !adopting || ended == 0;
}

/* Passes on what descendants say for as long as one of them has the streams. What ends us meanwhile may. */
static void attend_to_the_end(struct stream *streams, struct writer *writer, const struct signals *before) {
    restore_signals(before);
    while (streams[0].from >= 0 || streams[1].from >= 0) {
        struct pollfd wanted[2];
        for (int i = 0; i < 2; i++) {
            wanted[i] = (struct pollfd){.fd = streams[i].from, .events = POLLIN};
        }
        if (poll(wanted, 2, -1) <= 0) {
            continue;
        }
        for (int i = 0; i < 2; i++) {
            if (streams[i].from >= 0 && wanted[i].revents) {
                (void)pass_on(&streams[i], writer);
            }
        }
    }
}

/* Until the compiler has ended. Its pipes may stay open longer (a grandchild holds them) or close sooner. */
static void attend(pid_t child, struct stream *streams, struct writer *writer, struct ending *ending,
                   const struct signals *before) {
    sigset_t while_polling = polling_mask(before);
    while (!reap(child, ending, before)) {
        struct pollfd wanted[2];
        for (int i = 0; i < 2; i++) {
            wanted[i] = (struct pollfd){.fd = streams[i].from, .events = POLLIN};
        }
        if (ppoll(wanted, 2, NULL, &while_polling) <= 0) {
            continue;
        }
        for (int i = 0; i < 2; i++) {
            if (streams[i].from >= 0 && wanted[i].revents) {
                (void)pass_on(&streams[i], writer);
            }
        }
    }
    if (minded) {
        ending->outlived = others_live();
        attend_to_the_end(streams, writer, before);
    }
    /* What it has said is in the pipes. Whoever else still holds them is not waited for. */
    for (int i = 0; i < 2; i++) {
        while (streams[i].from >= 0 && pass_on(&streams[i], writer)) {
        }
        close_stream(&streams[i]);
    }
}

struct ending run(struct writer *writer, char **argv, bool quiet, int notes, bool observing) {
    static struct program program;
    struct stream streams[2] = {{-1, quiet ? -1 : STDOUT_FILENO, WIRE_STREAM_STDOUT},
                                {-1, quiet ? -1 : STDERR_FILENO, WIRE_STREAM_STDERR}};
    struct signals before;
    mind_signals(&before);
    struct ending ending = {.started_ns = real_ns(), .seen = -1};
    program.argv = argv;
    program.environment = environ;
    program.quiet = quiet;
    program.observing = observing;
    program.notes = notes;
    int64_t began = now_ns();
    pid_t child = 0;
    ending.error = start(&program, &before, streams, &child, &ending.seen);
    if (ending.error != 0 && ending.seen >= 0) {
        (void)close(ending.seen);
        ending.seen = -1;
    }
    if (ending.error == 0) {
        attend(child, streams, writer, &ending, &before);
    }
    ending.wall_us = (uint64_t)(now_ns() - began) / 1000;
    restore_signals(&before);
    return ending;
}

_Noreturn void end_as(int code, int signal) {
    if (signal > 0) {
        struct sigaction fatal = {.sa_handler = SIG_DFL};
        sigset_t only;
        (void)sigemptyset(&only);
        (void)sigaddset(&only, signal);
        /* The compiler's core is the one that somebody may want. */
        (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
        (void)sigaction(signal, &fatal, NULL);
        (void)sigprocmask(SIG_UNBLOCK, &only, NULL);
        (void)raise(signal);
        code = 128 + signal;
    }
    _exit(code);
}
