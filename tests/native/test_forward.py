"""The forwarder: bytes and ends of connections, in both directions, whatever either side does."""

import os
import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.forwarding import Forwarding, descriptors_of, echo, everything, state_of
from support.native import QEMU, Client, forwarder_of
from support.running import until

LARGE = os.urandom(1 << 20) * 8
AT_ONCE_MAX = 256
RESIDENT_KB_MAX = 12 * 1024
"""For as many connections as there can be, with all buffers full."""


@pytest.fixture(params=["host", "asan"])
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Forwarding]:
    yield from _here(request.param, tmp_path)


@pytest.fixture
def host_here(tmp_path: Path) -> Iterator[Forwarding]:
    """The same for what is shipped only."""
    yield from _here("host", tmp_path)


def _here(flavour: str, directory: Path) -> Iterator[Forwarding]:
    made = Forwarding(forwarder_of(flavour), directory)
    yield made
    made.close()


def fill(connection: socket.socket) -> None:
    """Say as much as nobody has to listen to."""
    connection.setsockopt(
        socket.SOL_SOCKET, socket.SO_SNDBUF, 65536
    )  # the kernel would keep megabytes for each
    connection.setblocking(False)
    try:
        while connection.send(LARGE):
            pass
    except BlockingIOError:
        pass


def test_large_bodies_in_both_directions_at_once(here: Forwarding) -> None:
    with here.far(echo):
        here.serving()
        with here.connect() as caller:
            writer = threading.Thread(target=caller.sendall, args=(LARGE,))
            writer.start()
            received = b""
            while len(received) < len(LARGE):
                received += caller.recv(1 << 20)
            writer.join()
            assert received == LARGE


def test_who_is_done_is_still_answered(here: Forwarding) -> None:
    """A caller half-closes; the other side sees it, and its answer comes through."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(b"%d bytes" % len(everything(connection)))

    with here.far(answer):
        here.serving()
        with here.connect() as caller:
            caller.sendall(LARGE)
            caller.shutdown(socket.SHUT_WR)
            assert everything(caller) == b"%d bytes" % len(LARGE)


def test_who_has_answered_still_listens(here: Forwarding) -> None:
    """The same from the other side."""
    heard: list[bytes] = []

    def say_first(connection: socket.socket) -> None:
        connection.sendall(LARGE)
        connection.shutdown(socket.SHUT_WR)
        heard.append(everything(connection))

    with here.far(say_first):
        here.serving()
        with here.connect() as caller:
            assert everything(caller) == LARGE
            caller.sendall(LARGE)
    assert until(lambda: heard == [LARGE])


def test_many_at_once(here: Forwarding) -> None:
    """More than there is room for: the rest wait until others have ended, and nobody gets what is another's."""
    with here.far(echo):
        here.serving()
        callers = [here.connect() for _ in range(AT_ONCE_MAX + 44)]
        for number, caller in enumerate(callers):
            caller.sendall(b"%d\n" % number)
        for number, caller in enumerate(callers):
            assert caller.makefile("rb").readline() == b"%d\n" % number
            caller.close()


def test_a_crowd_that_comes_and_goes(here: Forwarding) -> None:
    with here.far(echo):
        call = here.serving()

        def come_and_go(name: bytes) -> None:
            for number in range(40):
                with here.connect() as caller:
                    caller.sendall(name * (1 + 997 * number))
                    caller.shutdown(socket.SHUT_WR)
                    if number % 3:  # others leave without a word
                        answers.append(everything(caller) == name * (1 + 997 * number))

        answers: list[bool] = []
        threads = [threading.Thread(target=come_and_go, args=(b"%d" % number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers == [True] * len(answers)
        assert len(answers) == 8 * 26
        assert until(lambda: descriptors_of(call.process.pid) <= 6)


def test_a_caller_that_vanishes(here: Forwarding) -> None:
    """The other side sees the end."""
    heard: list[bytes] = []

    def listen(connection: socket.socket) -> None:
        while data := connection.recv(100):
            heard.append(data)
            if not connection.recv(100):
                heard.append(b"the end")
                return

    with here.far(listen):
        here.serving()
        caller = here.connect()
        caller.sendall(b"half a req")
        assert until(lambda: heard)
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        caller.close()  # by a reset
        assert until(lambda: heard == [b"half a req", b"the end"])


def test_a_daemon_that_vanishes(here: Forwarding) -> None:
    def leave(connection: socket.socket) -> None:
        connection.recv(4)
        connection.sendall(b"half an ans")

    with here.far(leave):
        here.serving()
        with here.connect() as caller:
            caller.sendall(b"gone")
            assert everything(caller) == b"half an ans"


def test_a_daemon_that_answers_before_it_has_read_everything(here: Forwarding) -> None:
    """As a server does that refuses a body. Whether its words arrive is TCP's luck; the connection ends."""

    def refuse(connection: socket.socket) -> None:
        connection.recv(4)
        connection.sendall(b"no")

    with here.far(refuse):
        call = here.serving()
        with here.connect() as caller:
            try:
                caller.sendall(LARGE * 4)
                assert everything(caller) in (b"no", b"")
            except OSError:
                pass
        assert until(lambda: descriptors_of(call.process.pid) <= 6)


def test_without_a_daemon_nothing_is_found(here: Forwarding) -> None:
    """Whatever is asked, as any cache over HTTP says it. The next daemon is found."""
    call = here.serving()
    for body in (b"", LARGE):
        with here.connect() as caller:
            caller.sendall(b"PUT /x HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            assert (
                everything(caller)
                == b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
    with here.connect() as silent:
        assert silent.recv(1) == b""
    with here.far(echo), here.connect() as caller:
        caller.sendall(b"x")
        assert caller.recv(1) == b"x"
    assert until(lambda: descriptors_of(call.process.pid) <= 6)
    call.process.terminate()
    _, _, said = call.end()
    assert said.startswith(f"dunnage-forward: nobody offers a cache at {here.path}: No such file".encode())
    assert said.count(b"\n") == 1


def test_a_dead_socket_is_no_daemon(here: Forwarding) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(here.path))
    call = here.start("true")
    code, _, said = call.end()
    assert (code, said.count(b"\n")) == (0, 1)
    assert b"Connection refused" in said


def test_a_daemon_whose_queue_is_full_is_waited_for(here: Forwarding) -> None:
    with socket.socket(socket.AF_UNIX) as busy:
        busy.bind(str(here.path))
        busy.listen(0)
        here.serving()  # one connection waits in the queue, as one may
        callers = [here.connect() for _ in range(8)]
        for caller in callers:
            caller.sendall(b"x")
        answered = 0
        while answered < len(callers):
            connection, _ = busy.accept()
            with connection:
                if connection.recv(1):  # else it is one of those that looked whether anybody is there
                    connection.sendall(b"xx")
                    answered += 1
        assert [everything(caller) for caller in callers] == [b"xx"] * len(callers)
        for caller in callers:
            caller.close()


def test_it_sleeps_whatever_state_connections_are_in(host_here: Forwarding) -> None:
    """Ended ones, half-closed ones, ones that nobody reads from: poll is never asked for what is always so."""
    release = threading.Event()

    def odd(connection: socket.socket) -> None:
        match connection.recv(1):
            case b"e":  # done, and listens
                connection.shutdown(socket.SHUT_WR)
            case b"f":  # fills every buffer, and goes
                fill(connection)
                return
        release.wait()

    with host_here.far(odd):
        call = host_here.serving()
        callers = [host_here.connect() for _ in range(24)]
        for number, caller in enumerate(callers):
            caller.sendall(b"efx"[number % 3 :][:1])
            if number % 2:
                caller.shutdown(socket.SHUT_WR)
            elif number % 3 == 2:
                fill(caller)
        with host_here.connect() as caller:  # all of them have been looked at
            caller.sendall(b"e")
            assert caller.recv(1) == b""
        assert until(lambda: state_of(call.process.pid) == "S")
        release.set()
        for caller in callers:
            caller.close()
        assert until(lambda: descriptors_of(call.process.pid) <= 6)


def test_memory_is_bounded(host_here: Forwarding) -> None:
    release = threading.Event()

    def flood(connection: socket.socket) -> None:
        fill(connection)
        release.wait()

    with host_here.far(flood):
        call = host_here.serving()
        callers = [host_here.connect() for _ in range(AT_ONCE_MAX)]
        for caller in callers:
            fill(caller)
        assert until(lambda: state_of(call.process.pid) == "S")
        status = Path(f"/proc/{call.process.pid}/status").read_text()
        assert 0 < int(status.partition("VmHWM:")[2].split()[0]) <= RESIDENT_KB_MAX
        release.set()
        for caller in callers:
            caller.close()


def test_without_descriptors_callers_wait(host_here: Forwarding) -> None:
    """The limit is the user's; who gets none now gets one when another has ended."""
    limited = Client("limited", host_here.program.path, ("sh", "-c", 'ulimit -n 16; exec "$@"', "sh"))
    host_here.program = limited
    with host_here.far(echo):
        host_here.serving()
        callers = [host_here.connect() for _ in range(12)]
        for number, caller in enumerate(callers):
            caller.sendall(b"%x" % number)
        for number, caller in enumerate(callers):
            assert caller.recv(1) == b"%x" % number
            caller.close()


@pytest.mark.parametrize("flavour", ["host", *(pytest.param(arch, marks=pytest.mark.qemu) for arch in QEMU)])
def test_on_every_architecture(flavour: str, tmp_path: Path) -> None:
    """Small, static, and it works."""
    program = forwarder_of(flavour)
    assert program.path.stat().st_size <= 64 * 1024
    headers = subprocess.run(["readelf", "-lW", program.path], capture_output=True, text=True, check=True)
    assert not re.search(r"INTERP|DYNAMIC|\bRWE\b", headers.stdout)
    for here in _here(flavour, tmp_path):
        with here.far(echo):
            call = here.start("sh", "-c", "echo ready; read word; exit $word", stdin=subprocess.PIPE)
            assert call.process.stdout is not None
            assert call.process.stdout.read(6) == b"ready\n"
            with here.connect() as caller:
                caller.sendall(b"hello")
                assert caller.recv(5) == b"hello"
            assert call.end(b"42\n")[0] == 42
