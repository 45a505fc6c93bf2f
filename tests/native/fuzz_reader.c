/* Fuzzes the client's message reader. One input is a stream of bytes from a daemon: each frame is found, read, and
 * walked through to its end as the client does. The frame lies in a block of exactly its own size, so that the
 * sanitizer sees the first byte too far.
 *
 * With libFuzzer as it is; with -DALONE as a program that mutates seeds by itself: fuzz_reader <seconds> <seed> <file>…
 */
#include "reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Everything that is read must be somewhere: a sum that the compiler cannot leave out. */
static volatile uint64_t sum;

static void walk_span(struct span span) {
    for (uint32_t i = 0; i < span.size; i++) {
        sum += (uint8_t)span.at[i];
    }
}

static void walk_words(const struct message *message) {
    char **words = calloc((size_t)message->count + 1, sizeof *words);
    if (!words) {
        abort();
    }
    words_in_place(message, words);
    for (uint32_t i = 0; i < message->count; i++) {
        sum += strlen(words[i]);
    }
    if (words[message->count]) {
        abort();
    }
    free(words);
}

static void walk(const struct message *message, const uint8_t *end) {
    uint8_t *at = message->list;
    uint32_t descriptors = 0;
    walk_span(message->text);
    walk_span(message->more);
    if (message->type == WIRE_TYPE_WRITE) {
        for (uint32_t i = 0; i < message->count; i++) {
            struct file_to_write file = next_file(&at);
            walk_span(file.path);
            walk_span(file.data);
            walk_span(file.notice);
            descriptors += file.has_descriptor ? 1 : 0;
        }
        if (descriptors != descriptors_of(message) || at != end) {
            abort();
        }
    } else if (message->list) {
        for (uint32_t i = 0; i < message->count; i++) {
            sum += strlen(next_string(&at));
        }
        if (at != end) {
            abort();
        }
    }
    if (message->type == WIRE_TYPE_RUN) {
        walk_words(message);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t frame_size = 0;
    while (frame_look(data, size, &frame_size) == FRAME_READY) {
        if (frame_size < 5 || frame_size > size || frame_size > FRAME_BYTES_MAX) {
            abort();
        }
        struct message message;
        uint8_t *frame = malloc(frame_size);
        if (!frame) {
            abort();
        }
        memcpy(frame, data, frame_size);
        bool good = message_parse(&message, frame, frame_size);
        if (good) {
            walk(&message, frame + frame_size);
        }
        free(frame);
        if (!good) {
            break;
        }
        data += frame_size;
        size -= frame_size;
    }
    return 0;
}

#ifdef ALONE

enum { INPUT_BYTES_MAX = 4096, SEEDS_MAX = 256 };

static uint8_t seeds[SEEDS_MAX][INPUT_BYTES_MAX];
static size_t sizes[SEEDS_MAX];

static uint32_t chance(uint64_t *state, uint32_t below) {
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (uint32_t)(*state >> 33) % below;
}

/* Changes a few places of an input, in the ways that break readers: lengths, ends, types. */
static size_t mutate(uint64_t *state, uint8_t *input, size_t size) {
    static const uint8_t ODD[] = {0, 1, 2, 4, 5, 0x7f, 0x80, 0xff};
    for (uint32_t times = 1 + chance(state, 6); times > 0 && size > 0; times--) {
        uint32_t at = chance(state, (uint32_t)size);
        switch (chance(state, 4)) {
        case 0:
            input[at] ^= (uint8_t)(1U << chance(state, 8));
            break;
        case 1:
            input[at] = ODD[chance(state, sizeof ODD)];
            break;
        case 2:
            size = at + 1;
            break;
        default:
            if (size < INPUT_BYTES_MAX) {
                memmove(input + at + 1, input + at, size - at);
                size++;
            }
        }
    }
    return size;
}

int main(int argc, char **argv) {
    if (argc < 4) {
        return 2;
    }
    time_t until = time(NULL) + (time_t)strtol(argv[1], NULL, 10);
    uint64_t state = strtoull(argv[2], NULL, 10);
    uint64_t executions = 0;
    uint32_t count = 0;
    for (int i = 3; i < argc && count < SEEDS_MAX; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (file) {
            sizes[count] = fread(seeds[count], 1, INPUT_BYTES_MAX, file);
            count++;
            (void)fclose(file);
        }
    }
    while (count > 0 && time(NULL) < until) {
        for (int i = 0; i < 10000; i++, executions++) {
            static uint8_t input[INPUT_BYTES_MAX];
            uint32_t seed = chance(&state, count);
            memcpy(input, seeds[seed], sizes[seed]);
            (void)LLVMFuzzerTestOneInput(input, mutate(&state, input, sizes[seed]));
        }
    }
    (void)printf("Done %llu runs\n", (unsigned long long)executions);
    return count > 0 ? 0 : 2;
}

#endif
