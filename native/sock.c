/* The connection: bounded waiting, and descriptors that travel with the bytes. */
#include "sock.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

/* Room for the descriptors of one frame, aligned as cmsg(3) asks. */
union ancillary {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(WIRE_FDS_PER_FRAME_MAX * sizeof(int))];
};

bool sock_address(const char *path, struct sockaddr_un *address) {
    char *into = address->sun_path;
    size_t room = sizeof address->sun_path;
    address->sun_family = AF_UNIX;
    into[0] = '\0';
    if (append(into, room, path)) {
        return true;
    }
    static char directory[PATH_MAX];
    const char *name = base_name(path);
    if (name == path || !append_bytes(directory, sizeof directory, path, (size_t)(name - path))) {
        return false;
    }
    int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 && append(into, room, "/proc/self/fd/") && append_number(into, room, (uint64_t)fd) &&
           append(into, room, "/") && append(into, room, name);
}

int sock_connect(const char *path) {
    struct sockaddr_un address;
    memset(&address, 0, sizeof address);
    if (!sock_address(path, &address)) {
        return -1;
    }
    int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (sock < 0) {
        return -1;
    }
    /* A connection to a Unix socket is there at once, or waits for room in the listener's queue. poll(2) does not see
     * that room, but the send timeout bounds the wait. */
    struct timeval timeout = {.tv_sec = 0, .tv_usec = WIRE_CONNECT_TIMEOUT_MS * 1000};
    if (setsockopt(sock, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) != 0 ||
        connect(sock, (const struct sockaddr *)&address, sizeof address) != 0) {
        (void)close(sock);
        return -1;
    }
    return sock;
}

/* Waits for the socket until the deadline. */
static bool await(int sock, short events, int64_t deadline_ms) {
    for (;;) {
        int64_t left = deadline_ms - now_ms();
        struct pollfd wanted = {.fd = sock, .events = events};
        int ready = left > 0 ? poll(&wanted, 1, (int)left) : 0;
        if (ready >= 0 || errno != EINTR) {
            return ready > 0;
        }
    }
}

bool sock_send(int sock, const void *data, size_t size, const int *fds, unsigned count, int64_t deadline_ms) {
    struct iovec bytes = {(void *)(uintptr_t)data, size};
    struct msghdr header = {.msg_iov = &bytes, .msg_iovlen = 1};
    union ancillary ancillary;
    if (count > 0) {
        memset(&ancillary, 0, sizeof ancillary);
        header.msg_control = ancillary.bytes;
        header.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(rights), fds, count * sizeof(int));
    }
    while (bytes.iov_len > 0) {
        ssize_t sent = sendmsg(sock, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            bytes.iov_base = (char *)bytes.iov_base + sent;
            bytes.iov_len -= (size_t)sent;
            header.msg_control = NULL; /* they travelled with the first byte */
            header.msg_controllen = 0;
        } else if (errno == EAGAIN ? !await(sock, POLLOUT, deadline_ms) : errno != EINTR) {
            return false;
        }
    }
    return true;
}

/* Takes the descriptors of one recvmsg over. False: there were too many, or some got lost. The kernel gives all of them
 * in one control message, and never another kind, as we asked for none. */
static bool keep_descriptors(struct msghdr *header, int *fds, unsigned *count) {
    bool fit = !(header->msg_flags & MSG_CTRUNC);
    const struct cmsghdr *rights = CMSG_FIRSTHDR(header);
    if (!rights || rights->cmsg_level != SOL_SOCKET || rights->cmsg_type != SCM_RIGHTS) {
        return fit;
    }
    size_t came = (rights->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < came; i++) {
        int fd;
        memcpy(&fd, CMSG_DATA(rights) + i * sizeof fd, sizeof fd);
        if (*count < WIRE_FDS_PER_FRAME_MAX) {
            fds[(*count)++] = fd;
        } else {
            (void)close(fd);
            fit = false;
        }
    }
    return fit;
}

ssize_t sock_receive(int sock, void *into, size_t room, int *fds, unsigned *count, int64_t deadline_ms) {
    struct iovec bytes = {into, room};
    for (;;) {
        union ancillary ancillary;
        struct msghdr header = {.msg_iov = &bytes,
                                .msg_iovlen = 1,
                                .msg_control = ancillary.bytes,
                                .msg_controllen = sizeof ancillary.bytes};
        ssize_t received = recvmsg(sock, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (received >= 0) {
            return keep_descriptors(&header, fds, count) ? received : -1;
        }
        if (errno == EAGAIN ? !await(sock, POLLIN, deadline_ms) : errno != EINTR) {
            return -1;
        }
    }
}
