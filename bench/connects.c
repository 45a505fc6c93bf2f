/* The least that a program can do to be connected: the floor under the client's own time. */

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path) {
        return 2;
    }
    strcpy(address.sun_path, argv[1]);
    int connection = socket(AF_UNIX, SOCK_STREAM, 0);
    return connection < 0 || connect(connection, (struct sockaddr *)&address, sizeof address) != 0;
}
