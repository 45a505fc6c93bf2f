/* The words that git was started with: it asks for the time whatever it is asked for (its tracing does, when it
 * begins), and only by the words can be told whether the time is in what it says. */
#include "arguments.h"

#include "base.h"
#include "note.h"
#include "raw.h"

#include "../wire.h"

#include <linux/fcntl.h>

enum { WORDS_BYTES_MAX = 4096 };

void note_arguments(void) {
    static char words[WORDS_BYTES_MAX];
    const char *program = own_program();
    if (!ends_with(program, length_of(program), "/" WIRE_SEEN_TOLD)) {
        return; /* before anything is opened: every compiler comes by here */
    }
    long fd = raw(__NR_openat, AT_FDCWD, (long)"/proc/self/cmdline", O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0) {
        return;
    }
    long size = raw(__NR_read, fd, (long)words, WORDS_BYTES_MAX, 0);
    (void)raw(__NR_close, fd, 0, 0, 0);
    /* More than there is room for is noted as nothing at all, and so is nobody's. */
    if (size <= 1 || size == WORDS_BYTES_MAX || words[size - 1] != '\0') {
        return;
    }
    size_t first = length_of(words);
    if (!same_text(words, WIRE_SEEN_TOLD) && !ends_with(words, first, "/" WIRE_SEEN_TOLD)) {
        return;
    }
    for (long i = 0; i < size - 1; i++) {
        if (words[i] == '\0') {
            words[i] = WIRE_SEEN_SEPARATOR;
        }
    }
    note_word(WIRE_NOTE_ARGUMENTS, words);
}
