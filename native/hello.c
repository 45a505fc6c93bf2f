/* The greeting: what the client was called with, and where it stands. */
#include "hello.h"

#include "program.h"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>

/* linux/nsfs.h, Linux 6.10: a number for a mount namespace that is never used again. Called by its bare number, because
 * the C libraries do not agree about the type of an ioctl's. */
#define NS_GET_MNTNS_ID_NUMBER 0x8008b705UL

static uint64_t mix(uint64_t value, uint64_t more) {
    value = (value ^ more) * 0x9e3779b97f4a7c15ULL;
    return value ^ (value >> 29);
}

/* When pid 1 of our pid namespace was started: field 22 of its stat, counted behind the name, which may contain
 * anything but ends with the last parenthesis. 0: not to be seen. */
static uint64_t start_of_pid_1(void) {
    char text[512];
    int fd = open("/proc/1/stat", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return 0;
    }
    ssize_t size = read(fd, text, sizeof text - 1);
    (void)close(fd);
    if (size <= 0) {
        return 0;
    }
    text[size] = '\0';
    const char *at = strrchr(text, ')');
    for (int field = 2; at && field < 22; field++) {
        at = strchr(at + 1, ' ');
    }
    uint64_t start = 0;
    for (at = at ? at + 1 : ""; *at >= '0' && *at <= '9'; at++) {
        start = start * 10 + (uint64_t)(*at - '0');
    }
    return start;
}

/* Names our mount namespace for as long as the machine is up, 0 when nothing does. An older kernel only has the inode
 * of the namespace, which is used again after its end; together with the start of its first process it is as good. */
static uint64_t mount_namespace(void) {
    uint64_t id = 0;
    struct stat link;
    int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return 0;
    }
    if (syscall(SYS_ioctl, fd, NS_GET_MNTNS_ID_NUMBER, &id) != 0) {
        uint64_t start = start_of_pid_1();
        id = start > 0 && fstat(fd, &link) == 0 ? mix(mix(1, link.st_ino), start) : 0;
    }
    (void)close(fd);
    return id;
}

bool find_terminals(uint8_t *bits) {
    struct termios ignored;
    *bits = 0;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (ioctl(fd, TCGETS, &ignored) == 0) {
            *bits |= (uint8_t)(WIRE_TTY_STDIN << fd);
        } else if (errno == EBADF) {
            return false;
        }
    }
    return true;
}

static uint32_t count_of(char **texts) {
    uint32_t count = 0;
    while (texts[count]) {
        count++;
    }
    return count;
}

static void put_texts(struct writer *writer, char **texts, uint32_t count) {
    uint64_t size = 0;
    for (uint32_t i = 0; i < count; i++) {
        size += strlen(texts[i]) + 1;
    }
    put_u32(writer, count);
    put_u32(writer, (uint32_t)size); /* the kernel gives far less than 4 GiB */
    for (uint32_t i = 0; i < count; i++) {
        put_bytes(writer, texts[i], strlen(texts[i]) + 1);
    }
}

bool say_hello(struct writer *writer, char **argv, uint8_t tty, const char *payload) {
    static char cwd[PATH_MAX];
    static char program[PATH_MAX];
    uint32_t words = count_of(argv);
    uint32_t variables = count_of(environ);
    /* Where a launcher's program will lie is not known before it has to run. */
    int error =
        *payload ? (append(program, sizeof program, argv[0]) ? 0 : ENAMETOOLONG) : find_program(argv[0], program);
    if (!getcwd(cwd, sizeof cwd) || error != 0 || words > WIRE_STRINGS_PER_LIST_MAX ||
        variables > WIRE_STRINGS_PER_LIST_MAX) {
        return false;
    }
    uint32_t capabilities = WIRE_CAPABILITY_DESCRIPTORS | (*payload ? WIRE_CAPABILITY_LAUNCHER : 0);
    uint64_t namespace = mount_namespace();
    struct writer counter = {.counting = true};
    for (struct writer *each = &counter;; each = writer) {
        if (each == writer) {
            frame_begin(writer, WIRE_TYPE_HELLO, counter.total);
        }
        put_u64(each, WIRE_MAGIC);
        put_u16(each, WIRE_VERSION);
        put_u32(each, capabilities | (namespace ? WIRE_CAPABILITY_MOUNT_NAMESPACE : 0));
        put_u32(each, (uint32_t)getpid());
        put_u64(each, namespace);
        put_u8(each, tty);
        put_text(each, WIRE_CLIENT_VERSION);
        put_text(each, program);
        put_text(each, cwd);
        put_text(each, payload);
        put_texts(each, argv, words);
        put_texts(each, environ, variables);
        if (each == writer) {
            return frame_end(writer);
        }
        if (1 + counter.total > WIRE_CLIENT_FRAME_BYTES_MAX) {
            return false;
        }
    }
}
