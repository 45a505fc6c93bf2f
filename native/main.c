/* The client: dunnage's hands. Called as `<client> <compiler> <arguments…>`, as cargo calls its RUSTC_WRAPPER, or under
 * a compiler's name in its place.
 *
 * It knows no key, no store and no policy. It tells the daemon what it was called with, does what it is told to
 * (session.c), and whatever goes wrong before a compile has finished, it becomes the compiler.
 */
#include "called.h"
#include "program.h"
#include "session.h"
#include "wire.h"
#include "worth.h"

static _Noreturn void say_what_it_is(void) {
    static char text[512];
    (void)(append(text, sizeof text, "dunnage " WIRE_CLIENT_VERSION " (wire version ") &&
           append_number(text, sizeof text, WIRE_VERSION) &&
           append(text, sizeof text,
                  "): the client of a compiler cache.\n"
                  "It is not called by hand: run it as RUSTC_WRAPPER, then cargo calls it as\n"
                  "    <client> rustc <arguments>\n"
                  "`dunnage run -- cargo build` sets that up. DUNNAGE_SOCKET names the daemon's socket;\n"
                  "without it, or with DUNNAGE_DISABLE=1, the compiler is run at once.\n"));
    (void)write_all(STDERR_FILENO, text, strlen(text));
    _exit(2);
}

int main(int argc, char **argv) {
    char **words = argc > 0 ? called_as(argv) : NULL;
    if (!words) {
        say_what_it_is();
    }
    const char *socket = where_to_ask();
    if (socket && worth_asking(words)) {
        serve(socket, words, "");
    }
    become(words);
}
