/* dunnage-forward: lets programs that speak to a port on loopback reach the daemon's socket.
 *
 *     dunnage-forward [--port N] [--socket PATH] [--] COMMAND ARGUMENTS…
 *
 * In a container without a network there is loopback, and the directory of the daemon's sockets. What connects to the
 * port is passed on to the socket at which the daemon offers its cache; bytes are bytes, nothing is looked into. The
 * command runs meanwhile, and we end as it does; without one we serve until we are ended.
 *
 * A cache must not break a build: where the port cannot be had, that is said, and the command runs all the same. Where
 * the daemon is not there, connections are closed at once.
 */
#include "../program.h"
#include "../sock.h"
#include "command.h"
#include "listening.h"
#include "relay.h"
#include "saying.h"

/* In the directory that is mounted into containers (src/dunnage/config/places.py). */
#define OFFERED_SOCKET "/dunnage/run/http"

enum {
    PORT_USUAL = 8123,
    PORT_MAX = 65535,
    TROUBLE_MS = 100, /* a pause where the kernel has no memory for poll */
};

struct options {
    uint16_t port;
    const char *socket;
    char **command; /* NULL: none */
};

static _Noreturn void say_how(int fd, int code) {
    static const char text[] =
        "usage: dunnage-forward [--port N] [--socket PATH] [--] [COMMAND ARGUMENTS...]\n"
        "\n"
        "Listens on 127.0.0.1:N (8123) and passes connections on to the daemon's socket at PATH\n"
        "(" OFFERED_SOCKET "), where `offer = \"containers\"` lets it offer its cache over HTTP.\n"
        "Runs COMMAND meanwhile and ends as it does; without one, serves until it is ended.\n";
    (void)write_all(fd, text, sizeof text - 1);
    _exit(code);
}

/* The value of an option that is the first word or begins it (`--port=N`); NULL: it is another option. */
static const char *value_of(const char *name, char ***words) {
    char **at = *words;
    size_t size = strlen(name);
    if (strncmp(at[0], name, size) != 0 || (at[0][size] != '=' && at[0][size] != '\0')) {
        return NULL;
    }
    if (at[0][size] == '=') {
        *words = at + 1;
        return at[0] + size + 1;
    }
    if (!at[1]) {
        say(name, " needs a value", "");
        say_how(STDERR_FILENO, 2);
    }
    *words = at + 2;
    return at[1];
}

static uint16_t port_of(const char *text) {
    uint32_t port = 0;
    for (const char *at = text; *at; at++) {
        if (*at < '0' || *at > '9' || port > PORT_MAX) {
            port = 0;
            break;
        }
        port = 10 * port + (uint32_t)(*at - '0');
    }
    if (port == 0 || port > PORT_MAX) {
        say("no such port: ", text, "Ports are numbers from 1 to 65535.");
        _exit(2);
    }
    return (uint16_t)port;
}

static struct options options_of(char **words) {
    struct options options = {.port = PORT_USUAL, .socket = OFFERED_SOCKET};
    while (*words && words[0][0] == '-') {
        const char *value;
        if (strcmp(*words, "--") == 0) {
            words++;
            break;
        }
        if (strcmp(*words, "--help") == 0) {
            say_how(STDOUT_FILENO, 0);
        }
        if ((value = value_of("--port", &words)) != NULL) {
            options.port = port_of(value);
        } else if ((value = value_of("--socket", &words)) != NULL) {
            options.socket = value;
        } else {
            say("no such option: ", *words, "");
            say_how(STDERR_FILENO, 2);
        }
    }
    options.command = *words ? words : NULL;
    return options;
}

/* Says so where nobody offers anything now. He may come later. */
static void look_for_daemon(const char *path, const struct sockaddr_un *daemon) {
    int sock = connect_to(daemon);
    if (sock >= 0) {
        (void)close(sock);
    } else if (errno != EAGAIN) {
        char what[PATH_MAX + 64] = "nobody offers a cache at ";
        (void)append(what, sizeof what, path);
        say_error(what, errno, "Nothing is found until somebody does: `offer = \"containers\"`, `dunnage start`.");
    }
}

/* What is in the way of a cache is in nobody else's. */
static _Noreturn void go_without(const struct options *options) {
    if (options->command) {
        become(options->command);
    }
    _exit(1);
}

static _Noreturn void forward(int signals, int listener, const struct sockaddr_un *daemon) {
    static struct pollfd wanted[1 + RELAY_POLLED];
    for (;;) {
        wanted[0] = (struct pollfd){.fd = signals, .events = POLLIN};
        nfds_t count = 1;
        int timeout_ms = relay_wants(listener, wanted, &count);
        if (poll(wanted, count, timeout_ms) >= 0) {
            mind_command(signals);
            relay(listener, daemon, wanted);
        } else if (errno != EINTR) {
            (void)poll(NULL, 0, TROUBLE_MS);
        }
    }
}

int main(int argc, char **argv) {
    struct options options = options_of(argv + (argc > 0));
    struct sockaddr_un daemon;
    memset(&daemon, 0, sizeof daemon);
    if (!sock_address(options.socket, &daemon)) {
        say("no such socket: ", options.socket, "Its name is too long, or its directory is not there.");
        go_without(&options);
    }
    /* Before anybody can see that we listen: a signal that came in between would not end a first process. */
    int signals = read_signals();
    int error = signals < 0 ? errno : 0;
    int listener = listen_on(options.port);
    if (listener < 0) {
        leave_signals();
        go_without(&options);
    }
    look_for_daemon(options.socket, &daemon);
    if (error == 0 && options.command) {
        error = start_command(options.command);
    }
    if (error != 0) {
        say_error("cannot begin", error, "");
        leave_signals();
        go_without(&options);
    }
    forward(signals, listener, &daemon);
}
