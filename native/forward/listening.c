/* The port on loopback that is listened on. */
#include "listening.h"

#include "saying.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* A container without a network has loopback, but a bare namespace (unshare --net) has it switched off. There one can
 * listen, and nobody can connect. */
static bool loopback_is_up(int sock) {
    struct ifreq loopback;
    memset(&loopback, 0, sizeof loopback);
    memcpy(loopback.ifr_name, "lo", sizeof "lo");
    return ioctl(sock, SIOCGIFFLAGS, &loopback) != 0 || (loopback.ifr_flags & IFF_UP) != 0;
}

/* The errno that is in the way, or 0. */
static int try_to_listen(int sock, uint16_t port) {
    int yes = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    /* Without it a port could not be used for a minute after somebody had used it. */
    (void)setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(sock, (const struct sockaddr *)&address, sizeof address) != 0 || listen(sock, SOMAXCONN) != 0) {
        return errno;
    }
    return 0;
}

int listen_on(uint16_t port) {
    int sock = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int error = sock < 0 ? errno : try_to_listen(sock, port);
    bool up = error != 0 || loopback_is_up(sock);
    if (error == 0 && up) {
        return sock;
    }
    char what[64] = "cannot listen on 127.0.0.1:";
    (void)append_number(what, sizeof what, port);
    if (!up) {
        say(what, ": the interface lo is down", "`ip link set lo up` switches it on.");
    } else {
        say_error(what, error, error == EADDRINUSE ? "--port names another one." : "");
    }
    if (sock >= 0) {
        (void)close(sock);
    }
    return -1;
}
