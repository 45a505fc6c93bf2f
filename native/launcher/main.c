/* The launcher: what stands in the place of a build script's program, with that program inside itself.
 *
 * Called by cargo as the program would be. Where there is a daemon it asks, and does what it is told to, as the client
 * does; the program then runs as our child, or does not have to. Without a daemon, or whatever goes wrong before the
 * program has run, it becomes the program.
 */
#include "../program.h"
#include "../run.h"
#include "../session.h"
#include "carried.h"

int main(int argc, char **argv) {
    if (argc < 1 || !find_carried()) {
        complain("has no program inside", argc < 1 ? "the launcher" : argv[0], ENOEXEC);
        _exit(126);
    }
    carry(argv[0], carried_program);
    leave_masquerade();
    const char *socket = is_observed() ? NULL : where_to_ask();
    if (socket) {
        mind_family();
        serve(socket, argv, carried_digest());
    }
    become(argv);
}
