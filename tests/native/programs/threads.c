/* Eight threads that look at many things at once, all of them at the same. `threads rounds` */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static int rounds;

static void *look(void *which) {
    char path[64];
    struct stat found;
    for (int i = 0; i < rounds; i++) {
        snprintf(path, sizeof path, "/shared/%d", i);
        (void)stat(path, &found);
        snprintf(path, sizeof path, "/thread-%d/%d", (int)(long)which, i);
        (void)stat(path, &found);
        (void)getenv("SHARED");
    }
    return NULL;
}

int main(int argc, char **argv) {
    pthread_t threads[8];
    rounds = argc > 1 ? atoi(argv[1]) : 0;
    for (long i = 0; i < 8; i++) {
        pthread_create(&threads[i], NULL, look, (void *)i);
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
    }
    printf("done\n");
    return 0;
}
