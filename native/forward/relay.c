/* Connections of the port, each passed on to the daemon's socket: bytes in both directions, and their ends.
 *
 * Each direction is a way of its own, with one buffer: it is filled when it is empty, and nobody is listened to while
 * it is not. So memory is bounded, and a slow reader slows down the writer, as over one connection. Whoever says that
 * he is done (half-closes) is still answered.
 *
 * Where no daemon is, callers are answered all the same, by the one word that any cache over HTTP says on a miss:
 * sccache ends a build when its storage hangs up at its start.
 *
 * A descriptor from which nothing is wanted is not polled: its hang-up would be reported for ever. And poll takes no
 * more entries than one may have descriptors (RLIMIT_NOFILE), however many of them are switched off.
 */
#include "relay.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

enum {
    WAY_BYTES = 16 * 1024,
    NOT_POLLED = -1,
    CALLER = 0,
    DAEMON = 1,
    /* A daemon whose queue is full (it starts threads) or a want of descriptors: how often that is looked at again, and
     * how long a caller waits for it. So long, too, has a caller whom nobody serves, to ask and to go. */
    AGAIN_MS = 20,
    GIVE_UP_MS = 2000,
};

static const char NOT_FOUND[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/* From one end to the other. */
struct way {
    uint8_t bytes[WAY_BYTES];
    size_t begin;
    size_t end;
    bool ended;  /* nothing more comes from where it begins */
    bool closed; /* and where it ends has been told, or is gone */
};

struct connection {
    int ends[2];   /* the caller's and the daemon's; -1: none (yet) */
    int polled[2]; /* where their entries are for poll, NOT_POLLED: nowhere */
    int64_t give_up_ms;
    bool alone;         /* there is no daemon for it */
    struct way ways[2]; /* ways[i] begins at ends[i] */
};

static struct connection connections[CONNECTIONS_MAX];
static unsigned used; /* the first ones are in use */
static int64_t deaf_until_ms;
static int polled_listener = NOT_POLLED;

int connect_to(const struct sockaddr_un *daemon) {
    int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (sock >= 0 && connect(sock, (const struct sockaddr *)daemon, sizeof *daemon) != 0) {
        int error = errno;
        (void)close(sock);
        errno = error;
        return -1;
    }
    return sock;
}

static bool waits_for_daemon(const struct connection *each) {
    return each->ends[DAEMON] < 0 && !each->alone;
}

static short wanted_of(const struct connection *each, int end) {
    const struct way *from = &each->ways[end];
    const struct way *to = &each->ways[1 - end];
    if (waits_for_daemon(each) || each->ends[end] < 0) {
        return 0;
    }
    bool reads = !from->ended && from->begin == from->end;
    bool writes = !to->closed && to->begin < to->end;
    return (short)((reads ? POLLIN : 0) | (writes ? POLLOUT : 0));
}

static int ask_for(struct pollfd *wanted, nfds_t *count, int fd, short events) {
    if (!events) {
        return NOT_POLLED;
    }
    wanted[*count] = (struct pollfd){.fd = fd, .events = events};
    return (int)(*count)++;
}

int relay_wants(int listener, struct pollfd *wanted, nfds_t *count) {
    bool again = deaf_until_ms != 0;
    for (unsigned i = 0; i < used; i++) {
        struct connection *each = &connections[i];
        for (int end = 0; end < 2; end++) {
            each->polled[end] = ask_for(wanted, count, each->ends[end], wanted_of(each, end));
        }
        again = again || each->ends[DAEMON] < 0;
    }
    bool listening = used < CONNECTIONS_MAX && deaf_until_ms == 0;
    polled_listener = ask_for(wanted, count, listener, listening ? POLLIN : 0);
    return again ? AGAIN_MS : -1;
}

static bool is_ready(const struct pollfd *wanted, int polled) {
    return polled != NOT_POLLED && wanted[polled].revents;
}

/* Whoever writes into a way that leads nowhere is not listened to any more, as it would be without us. */
static void break_off(struct way *way) {
    way->ended = true;
    way->closed = true;
    way->begin = way->end = 0;
}

/* Reads into an empty way. */
static void fill(struct connection *each, int from) {
    struct way *way = &each->ways[from];
    ssize_t got = recv(each->ends[from], way->bytes, sizeof way->bytes, 0);
    if (got > 0) {
        way->begin = 0;
        way->end = (size_t)got;
    } else if (got == 0) {
        way->ended = true;
    } else if (errno != EAGAIN && errno != EINTR) {
        way->ended = true; /* it is gone: what it has said still arrives, and nothing can be said to it */
        break_off(&each->ways[1 - from]);
    }
}

/* Writes what is in a way, and passes its end on. */
static void empty(struct connection *each, int from) {
    struct way *way = &each->ways[from];
    int to = each->ends[1 - from];
    if (way->begin < way->end) {
        ssize_t sent = send(to, way->bytes + way->begin, way->end - way->begin, MSG_NOSIGNAL);
        if (sent > 0) {
            way->begin += (size_t)sent;
        } else if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            break_off(way);
        }
    }
    if (way->begin == way->end && way->ended && !way->closed) {
        way->closed = true;
        (void)shutdown(to, SHUT_WR);
    }
}

/* Returns false when a connection is over. */
static bool advance(struct connection *each, const struct pollfd *wanted) {
    for (int from = 0; from < 2; from++) {
        const struct way *way = &each->ways[from];
        if (is_ready(wanted, each->polled[from]) && !way->ended && way->begin == way->end) {
            fill(each, from);
        }
    }
    for (int from = 0; from < 2; from++) {
        empty(each, from);
    }
    return !each->ways[CALLER].closed || !each->ways[DAEMON].closed;
}

/* Answers a caller for whom there is no daemon, and takes no notice of what else he says. Returns false at the end. */
static bool turn_away(struct connection *each, const struct pollfd *wanted) {
    struct way *asked = &each->ways[CALLER];
    struct way *answer = &each->ways[DAEMON];
    if (is_ready(wanted, each->polled[CALLER])) {
        fill(each, CALLER);
        if (asked->end > asked->begin && !answer->ended) {
            memcpy(answer->bytes, NOT_FOUND, sizeof NOT_FOUND - 1);
            answer->end = sizeof NOT_FOUND - 1;
            answer->ended = true;
        }
        asked->begin = asked->end;
    }
    empty(each, DAEMON);
    return !asked->ended && now_ms() < each->give_up_ms;
}

/* Connects to the daemon, or goes on trying, or knows that there is none. */
static void reach(struct connection *each, const struct sockaddr_un *daemon) {
    each->ends[DAEMON] = connect_to(daemon);
    if (each->ends[DAEMON] < 0) {
        bool later = (errno == EAGAIN || errno == EMFILE || errno == ENFILE) && now_ms() < each->give_up_ms;
        if (!later) {
            each->alone = true;
            each->give_up_ms = now_ms() + GIVE_UP_MS;
        }
    }
}

/* Returns false when a connection is over. */
static bool attend(struct connection *each, const struct sockaddr_un *daemon, const struct pollfd *wanted) {
    if (each->alone) {
        return turn_away(each, wanted);
    }
    if (waits_for_daemon(each)) {
        reach(each, daemon);
        return true;
    }
    return advance(each, wanted);
}

static void forget(unsigned i) {
    struct connection *each = &connections[i];
    for (int end = 0; end < 2; end++) {
        if (each->ends[end] >= 0) {
            (void)close(each->ends[end]);
        }
    }
    /* The last one takes its place. Its buffers go with it: the ends would not be those of its bytes otherwise. */
    if (i != --used) {
        connections[i] = connections[used];
    }
}

static void take(int listener, const struct sockaddr_un *daemon) {
    while (used < CONNECTIONS_MAX) {
        int caller = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (caller < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
                deaf_until_ms = now_ms() + AGAIN_MS;
            }
            return;
        }
        int yes = 1;
        (void)setsockopt(caller, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        struct connection *each = &connections[used++];
        each->ends[CALLER] = caller;
        each->give_up_ms = now_ms() + GIVE_UP_MS;
        for (int i = 0; i < 2; i++) {
            struct way *way = &each->ways[i];
            way->begin = way->end = 0;
            way->ended = way->closed = false;
        }
        each->alone = false;
        reach(each, daemon);
    }
}

void relay(int listener, const struct sockaddr_un *daemon, const struct pollfd *wanted) {
    /* From the last one on: whoever takes a place that has become free has been looked at. */
    for (unsigned i = used; i-- > 0;) {
        if (!attend(&connections[i], daemon, wanted)) {
            forget(i);
        }
    }
    if (deaf_until_ms != 0 && now_ms() >= deaf_until_ms) {
        deaf_until_ms = 0;
    }
    if (is_ready(wanted, polled_listener)) {
        take(listener, daemon);
    }
}
