/* One session: from HELLO to EXIT, EXEC or trouble.
 *
 * Until the compiler has run to its end, any trouble means that we become the compiler (or, once something was said in
 * its name, run it: said.h). From then on our exit status is decided, and nothing the daemon says or fails to say makes
 * us compile again.
 */
#include "session.h"

#include "files.h"
#include "hello.h"
#include "notes.h"
#include "reader.h"
#include "restore.h"
#include "run.h"
#include "said.h"
#include "sock.h"
#include "writer.h"

/* What to do after a message was served. */
enum next { NEXT_MESSAGE, FALL_BACK };

struct session {
    struct writer writer;
    char **argv;
    bool greeted;
    bool decided; /* the compiler has run; `ending` is ours */
    struct ending ending;
    int fds[WIRE_FDS_PER_FRAME_MAX];
    unsigned fd_count;
};

/* What the daemon sends: one frame, and what came with it. */
static uint8_t buffer[FRAME_BYTES_MAX];
static size_t buffered;

/* Closes the first `count`, which are done with. */
static void drop_descriptors(struct session *session, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        (void)close(session->fds[i]);
    }
    session->fd_count -= count;
    memmove(session->fds, session->fds + count, session->fd_count * sizeof *session->fds);
}

/* Whether the descriptors that came are those that the message needs. The kernel may give the bytes of two sends at
 * once, so more of them are right as long as another frame has begun behind this one. */
static bool descriptors_fit(const struct session *session, const struct message *request, size_t frame_size) {
    unsigned needed = request->type == WIRE_TYPE_WRITE ? descriptors_of(request) : 0;
    return needed == session->fd_count || (needed < session->fd_count && buffered > frame_size);
}

/* Waits for one whole frame at the start of the buffer; 0: trouble. */
static size_t await_frame(struct session *session) {
    int64_t deadline = now_ms() + (int64_t)WIRE_REPLY_TIMEOUT_S * 1000;
    for (;;) {
        size_t size = 0;
        switch (frame_look(buffer, buffered, &size)) {
        case FRAME_READY:
            return size;
        case FRAME_WRONG:
            return 0;
        case FRAME_INCOMPLETE:
            break;
        }
        ssize_t got = sock_receive(session->writer.sock, buffer + buffered, sizeof buffer - buffered, session->fds,
                                   &session->fd_count, deadline);
        if (got <= 0) {
            return 0;
        }
        buffered += (size_t)got;
    }
}

/* The command line that a RUN means, in `words`, which has room for it; ours where it names none. */
static char **command_line(const struct session *session, const struct message *request, char **words, size_t room,
                           int *notes) {
    if (request->count == 0) {
        return session->argv;
    }
    size_t own = 0;
    if (request->flags & WIRE_RUN_NOTES) {
        while (session->argv[own]) {
            own++;
        }
        *notes = own + request->count < room ? notes_open() : -1;
        if (*notes < 0) {
            return session->argv;
        }
        memcpy(words, session->argv, own * sizeof *words);
    }
    words_in_place(request, words + own);
    return words;
}

static enum next serve_run(struct session *session, const struct message *request) {
    static char *words[WIRE_STRINGS_PER_LIST_MAX + 1];
    bool quiet = (request->flags & WIRE_RUN_QUIET) != 0;
    int notes = -1;
    char **argv = command_line(session, request, words, sizeof words / sizeof *words, &notes);
    struct ending ending = run(&session->writer, argv, quiet, notes, (request->flags & WIRE_RUN_SEEN) != 0);
    if (!quiet && ending.error == 0) {
        session->decided = true;
        session->ending = ending;
    }
    struct writer *writer = &session->writer;
    frame_begin(writer, WIRE_TYPE_EXITED, 4 + 4 + 4 + 8 + 8 + 8 + 1 + 1 + 1);
    int files[2];
    unsigned count = 0;
    if (notes >= 0) {
        files[count++] = notes;
    }
    if (ending.seen >= 0) {
        files[count++] = ending.seen;
    }
    frame_descriptors(writer, files, count);
    put_u32(writer, (uint32_t)ending.error);
    put_u32(writer, (uint32_t)ending.code);
    put_u32(writer, (uint32_t)ending.signal);
    put_u64(writer, (uint64_t)ending.started_ns);
    put_u64(writer, ending.wall_us);
    put_u64(writer, ending.cpu_us);
    put_u8(writer, notes >= 0 ? 1 : 0);
    put_u8(writer, ending.seen >= 0 ? 1 : 0);
    put_u8(writer, ending.outlived ? 1 : 0);
    bool sent = frame_end(writer);
    for (unsigned i = 0; i < count; i++) {
        (void)close(files[i]);
    }
    return sent ? NEXT_MESSAGE : FALL_BACK;
}

static enum next serve_write(struct session *session, const struct message *request) {
    enum restored restored = answer_write(&session->writer, request, session->fds);
    drop_descriptors(session, descriptors_of(request));
    return restored == RESTORED ? NEXT_MESSAGE : FALL_BACK;
}

static _Noreturn void serve_exit(const struct session *session, const struct message *request) {
    (void)write_all(STDOUT_FILENO, request->text.at, request->text.size);
    (void)write_all(STDERR_FILENO, request->more.at, request->more.size);
    if (session->decided) {
        end_as(session->ending.code, session->ending.signal);
    }
    end_as(request->code, request->signal);
}

static enum next serve_message(struct session *session, const struct message *request) {
    struct writer *writer = &session->writer;
    bool is_welcome = request->type == WIRE_TYPE_WELCOME;
    if (is_welcome == session->greeted) {
        return FALL_BACK; /* the first message is WELCOME, and no other is */
    }
    switch (request->type) {
    case WIRE_TYPE_WELCOME:
        session->greeted = request->wire_version == WIRE_VERSION;
        return session->greeted ? NEXT_MESSAGE : FALL_BACK;
    case WIRE_TYPE_STAT:
        return answer_stat(writer, request) ? NEXT_MESSAGE : FALL_BACK;
    case WIRE_TYPE_OPEN:
        return answer_open(writer, request) ? NEXT_MESSAGE : FALL_BACK;
    case WIRE_TYPE_LIST:
        return answer_list(writer, request) ? NEXT_MESSAGE : FALL_BACK;
    case WIRE_TYPE_RUN:
        return session->decided ? FALL_BACK : serve_run(session, request);
    case WIRE_TYPE_WRITE:
        return serve_write(session, request);
    case WIRE_TYPE_EXIT:
        serve_exit(session, request);
    default:
        return FALL_BACK; /* EXEC */
    }
}

static void serve_messages(struct session *session) {
    for (;;) {
        struct message request;
        size_t size = await_frame(session);
        if (size == 0 || !message_parse(&request, buffer, size) || !descriptors_fit(session, &request, size) ||
            serve_message(session, &request) == FALL_BACK) {
            return;
        }
        buffered -= size;
        memmove(buffer, buffer + size, buffered);
    }
}

/* Runs the compiler as our child instead of becoming it, because somebody must listen to what it says. */
static void run_on_its_own(struct session *session) {
    session->writer.gone = true;
    session->ending = run(&session->writer, session->argv, false, -1, false);
    session->decided = session->ending.error == 0;
}

void serve(const char *socket_path, char **argv, const char *payload) {
    static struct session session;
    uint8_t tty;
    int sock = find_terminals(&tty) ? sock_connect(socket_path) : -1;
    if (sock < 0) {
        return;
    }
    session.argv = argv;
    session.writer.sock = sock;
    if (say_hello(&session.writer, argv, tty, payload)) {
        serve_messages(&session);
    }
    drop_descriptors(&session, session.fd_count);
    (void)close(sock);
    if (!session.decided && has_said()) {
        run_on_its_own(&session);
    }
    if (session.decided) {
        end_as(session.ending.code, session.ending.signal);
    }
}
