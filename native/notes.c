/* The memory file into which a linker notes what it reads: nothing is left on a disk, and nothing need be removed. */
#include "notes.h"

#include "wire.h"

#include <sys/mman.h>

int notes_open(void) {
    char path[32] = "";
    int made = memfd_create("dunnage-notes", MFD_CLOEXEC);
    if (made < 0) {
        return -1;
    }
    /* The lowest number from there on: another one means that somebody else has it. */
    int notes = fcntl(made, F_DUPFD_CLOEXEC, WIRE_NOTES_DESCRIPTOR);
    (void)close(made);
    if (notes == WIRE_NOTES_DESCRIPTOR && append(path, sizeof path, "/proc/self/fd/") &&
        append_number(path, sizeof path, WIRE_NOTES_DESCRIPTOR) && access(path, W_OK) == 0) {
        return notes;
    }
    if (notes >= 0) {
        (void)close(notes);
    }
    return -1;
}
