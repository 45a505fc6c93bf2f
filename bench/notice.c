/* A rustc that says when it said that its metadata is there: the real one in TIMED_RUSTC, its stderr taken through
   here.

   When the line with the notice of the metadata passes, the time goes into TIMED_NOTE, just before the line is written:
   whoever reads that line later knows how long it was on its way. To dunnage this is a rustup proxy. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char NOTICE[] = "\"emit\":\"metadata\"";

static void note_the_time(void) {
    struct timespec time;
    const char *path = getenv("TIMED_NOTE");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (file) {
        /* Opened before, closed after: of the writing only what a clock costs comes before the line. */
        clock_gettime(CLOCK_MONOTONIC, &time);
        fprintf(file, "%lld\n", time.tv_sec * 1000000000LL + time.tv_nsec);
        fclose(file);
    }
}

/* Pass on what the compiler says, line by line. */
static void pass_on(int from) {
    FILE *said = fdopen(from, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    while (said && (length = getline(&line, &room, said)) > 0) {
        if (strstr(line, NOTICE)) {
            note_the_time();
        }
        if (write(STDERR_FILENO, line, (size_t)length) != length) {
            exit(126);
        }
    }
    free(line);
}

int main(int argc, char **argv) {
    (void)argc;
    int ends[2], status = 0;
    argv[0] = getenv("TIMED_RUSTC");
    if (!argv[0] || pipe(ends) != 0) {
        return 127;
    }
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        execv(argv[0], argv);
        _exit(127);
    }
    close(ends[1]);
    pass_on(ends[0]);
    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
