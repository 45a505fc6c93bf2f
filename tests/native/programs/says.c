/* Prints its words and its environment, and looks at one file, so that it can be seen that it ran. */
#include <stdio.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv) {
    for (int i = 0; i < argc; i++) {
        printf("%s%s", i ? " " : "", argv[i]);
    }
    printf("\n");
    for (char **each = environ; *each; each++) {
        printf("%s\n", *each);
    }
    access("/says-was-here", F_OK);
    return 5;
}
