/* A library that says that it was loaded. */
#include <unistd.h>

__attribute__((constructor)) static void loaded(void) {
    (void)!write(1, "other was loaded\n", 17);
}
