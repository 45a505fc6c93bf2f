/* The command that runs while connections are passed on, and the signals that it is sent.
 *
 * What a terminal sends reaches the command by itself, because it stays in our process group; what is sent to us alone
 * is handed on. Where we are the first process of a container, we bury what others leave behind, and a signal that
 * nobody minds ends us: without a command that is what `docker stop` waits for.
 */
#include "command.h"

#include "../program.h"
#include "../run.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

/* Handed on; SIGCHLD is ours. SIGPIPE: of a stderr that nobody reads we must not die. */
static const int MINDED[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCHLD, SIGPIPE};

static sigset_t mask_before;
static struct sigaction children_before;
static pid_t command;

int read_signals(void) {
    sigset_t minded;
    struct sigaction usual = {.sa_handler = SIG_DFL};
    (void)sigemptyset(&minded);
    for (size_t i = 0; i < sizeof MINDED / sizeof *MINDED; i++) {
        (void)sigaddset(&minded, MINDED[i]);
    }
    (void)sigprocmask(SIG_BLOCK, &minded, &mask_before);
    /* Where it is ignored, children vanish without a word. */
    (void)sigaction(SIGCHLD, &usual, &children_before);
    return signalfd(-1, &minded, SFD_NONBLOCK | SFD_CLOEXEC);
}

void leave_signals(void) {
    (void)sigaction(SIGCHLD, &children_before, NULL);
    (void)sigprocmask(SIG_SETMASK, &mask_before, NULL);
}

int start_command(char **argv) {
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid < 0) {
        return errno;
    }
    if (pid == 0) {
        /* Our sudden death (kill -9) cannot be handed on. Whoever does that wants the command to end. */
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        if (getppid() != parent) {
            _exit(127);
        }
        leave_signals();
        become(argv);
    }
    command = pid;
    return 0;
}

static void bury(void) {
    int status;
    for (;;) {
        pid_t ended = waitpid(-1, &status, WNOHANG);
        if (ended > 0 && ended == command) {
            end_as(WIFEXITED(status) ? WEXITSTATUS(status) : 0, WIFSIGNALED(status) ? WTERMSIG(status) : 0);
        }
        if (ended <= 0 && errno != EINTR) {
            return;
        }
    }
}

void mind_command(int signals) {
    struct signalfd_siginfo came;
    while (read(signals, &came, sizeof came) == (ssize_t)sizeof came) {
        int number = (int)came.ssi_signo;
        if (number == SIGCHLD) {
            bury();
        } else if (number != SIGPIPE && !command) {
            end_as(0, number);
        } else if (number != SIGPIPE && came.ssi_code <= 0) {
            (void)kill(command, number); /* from the kernel (a terminal) it has got it, too */
        }
    }
}
