/* Calls functions by their names, as the command line says, and prints what they return and their errno.
 *
 *     call open s:/etc/passwd i:0 , close r
 *
 * s: a text, i: a number, b: an empty buffer, e: the environment, a: the words behind it up to `;`, r: what the last
 * call returned. A function that nobody has is `missing`. `,` begins the next call. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

typedef long function(long, long, long, long, long, long, long);

int main(int argc, char **argv) {
    static char buffers[8][8192] __attribute__((aligned(16)));
    static char *words[8][64];
    long last = 0;
    for (int at = 1; at < argc;) {
        const char *name = argv[at++];
        long given[7] = {0};
        int count = 0;
        for (; at < argc && strcmp(argv[at], ",") != 0; at++) {
            char *what = argv[at];
            if (*what == 's') {
                strcpy(buffers[count], what + 2); /* some functions write into it */
                given[count] = (long)buffers[count];
            } else if (*what == 'i') {
                given[count] = strtol(what + 2, NULL, 0);
            } else if (*what == 'b') {
                memset(buffers[count], 0, sizeof buffers[count]);
                given[count] = (long)buffers[count];
            } else if (*what == 'e') {
                given[count] = (long)environ;
            } else if (*what == 'a') {
                int i = 0;
                while (strcmp(argv[++at], ";") != 0) {
                    words[count][i++] = argv[at];
                }
                given[count] = (long)words[count];
            } else {
                given[count] = last;
            }
            count++;
        }
        at++;
        function *found;
        *(void **)&found = dlsym(RTLD_DEFAULT, name);
        if (!found) {
            printf("missing\n");
            continue;
        }
        errno = 0;
        last = found(given[0], given[1], given[2], given[3], given[4], given[5], given[6]);
        printf("%s %ld %d\n", name, (long)(int)last, errno);
        fflush(stdout);
    }
    return 0;
}
