/* What every file of the library stands on: types, text, and the words that make a function one of the program's.
 *
 * The library has no libc of its own and asks for none by name: it must run beside glibc old and new, and beside musl.
 * So nothing here comes from a libc's headers, only from the compiler's and the kernel's.
 */
#ifndef DUNNAGE_OBSERVE_BASE_H
#define DUNNAGE_OBSERVE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ERRNO_ENOSYS 38

enum { PATH_BYTES_MAX = 4096 }; /* the kernel's PATH_MAX */

/* A function that the program finds instead of its libc's. It declares itself: no header of ours does, because the
 * types are not quite those of any libc. */
#define DECLARED(type, name, parameters) __attribute__((visibility("default"))) type name parameters
#define WRAPPED(type, name, parameters)                                                                                \
    DECLARED(type, name, parameters);                                                                                  \
    DECLARED(type, name, parameters)

/* What is the program's or the C library's, if it has it. */
#define THEIRS extern __attribute__((weak, visibility("default")))

#define likely(what) __builtin_expect(!!(what), 1)
#define unlikely(what) __builtin_expect(!!(what), 0)

THEIRS char **environ;

static inline size_t length_of(const char *text) {
    size_t length = 0;
    while (text[length]) {
        length++;
    }
    return length;
}

static inline void copy_bytes(char *to, const char *from, size_t size) {
    for (size_t i = 0; i < size; i++) {
        to[i] = from[i];
    }
}

static inline bool same_bytes(const char *one, const char *other, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (one[i] != other[i]) {
            return false;
        }
    }
    return true;
}

static inline bool same_text(const char *one, const char *other) {
    size_t size = length_of(one);
    return length_of(other) == size && same_bytes(one, other, size);
}

static inline bool begins_with(const char *text, const char *start) {
    size_t i = 0;
    while (start[i] && text[i] == start[i]) {
        i++;
    }
    return !start[i];
}

static inline bool ends_with(const char *text, size_t size, const char *end) {
    size_t wanted = length_of(end);
    return size >= wanted && same_bytes(text + size - wanted, end, wanted);
}

static inline bool contains(const char *text, char letter) {
    while (*text && *text != letter) {
        text++;
    }
    return *text != '\0';
}

/* Writes the number's digits at `to`, which has room for 10; returns how many. */
static inline size_t write_number(char *to, uint32_t number) {
    char digits[10];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    for (size_t i = 0; i < count; i++) {
        to[i] = digits[count - 1 - i];
    }
    return count;
}

#endif
