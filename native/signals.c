/* Signals while a compiler runs: what is sent to us alone is handed on to it, and it inherits what we inherited. */
#include "signals.h"

/* The first are handed on; of SIGPIPE we must not die, and SIGCHLD must wake us. */
static const int MINDED[SIGNALS_MINDED] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGCHLD};

static volatile pid_t child;

static void hand_on(int signal, siginfo_t *info, void *context) {
    (void)context;
    /* From the kernel (SI_KERNEL: a terminal, to the whole group) the compiler has got it, too. */
    if (info->si_code <= 0 && child > 0) {
        int error = errno;
        (void)kill(child, signal);
        errno = error;
    }
}

static void only_wake(int signal) {
    (void)signal;
}

void mind_signals(struct signals *before) {
    struct sigaction handing_on = {.sa_sigaction = hand_on, .sa_flags = SA_SIGINFO};
    struct sigaction waking = {.sa_handler = only_wake, .sa_flags = SA_NOCLDSTOP};
    sigset_t blocked;
    (void)sigemptyset(&before->handed_on);
    for (int i = 0; i < SIGNALS_HANDED_ON; i++) {
        (void)sigaddset(&before->handed_on, MINDED[i]);
    }
    blocked = before->handed_on;
    (void)sigaddset(&blocked, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &blocked, &before->mask);
    for (int i = 0; i < SIGNALS_MINDED; i++) {
        struct sigaction *old = &before->actions[i];
        (void)sigaction(MINDED[i], NULL, old);
        if (i >= SIGNALS_HANDED_ON) {
            (void)sigaction(MINDED[i], &waking, NULL);
        } else if (old->sa_handler != SIG_IGN) {
            /* What is ignored (nohup) stays ignored, by us as by the compiler. */
            (void)sigaction(MINDED[i], &handing_on, NULL);
        }
    }
}

void restore_signals(const struct signals *before) {
    for (int i = 0; i < SIGNALS_MINDED; i++) {
        (void)sigaction(MINDED[i], &before->actions[i], NULL);
    }
    (void)sigprocmask(SIG_SETMASK, &before->mask, NULL);
}

sigset_t polling_mask(const struct signals *before) {
    sigset_t mask = before->mask;
    (void)sigdelset(&mask, SIGCHLD);
    return mask;
}

void hand_on_to(pid_t pid) {
    child = pid;
}

void hold_signals(const struct signals *before) {
    (void)sigprocmask(SIG_BLOCK, &before->handed_on, NULL);
}

void let_signals(const struct signals *before) {
    sigset_t mask = before->mask;
    (void)sigaddset(&mask, SIGCHLD);
    (void)sigprocmask(SIG_SETMASK, &mask, NULL);
}
