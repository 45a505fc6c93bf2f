"""Connections get threads, as many as may be, until the listener is closed."""

import socket
import threading
from pathlib import Path

import pytest

from dunnage.daemon.serving import Serving
from support.running import until


def echo(connection: socket.socket) -> None:
    while data := connection.recv(100):
        connection.sendall(data)


def connect(serving: Serving) -> socket.socket:
    return socket.create_connection(serving.address, 30)  # type: ignore[arg-type]


def test_each_for_itself() -> None:
    serving = Serving(socket.create_server(("127.0.0.1", 0)), echo)
    callers = [connect(serving) for _ in range(20)]
    for number, caller in enumerate(callers):
        caller.sendall(b"%d" % number)
    for number, caller in reversed(list(enumerate(callers))):
        assert caller.recv(100) == b"%d" % number
        caller.close()
    serving.close()


def test_one_too_many_is_closed() -> None:
    release = threading.Event()
    serving = Serving(socket.create_server(("127.0.0.1", 0)), lambda _: bool(release.wait()) or None, 2)
    held = [connect(serving) for _ in range(2)]
    with connect(serving) as third:
        assert third.recv(1) == b""
    release.set()
    for caller in held:
        assert caller.recv(1) == b""
        caller.close()
    assert until(lambda: _is_held(serving))
    serving.close()


def _is_held(serving: Serving) -> bool:
    with connect(serving) as caller:
        return caller.recv(1) == b""


def test_what_fails_ends_one_connection(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: socket.socket) -> None:
        raise ZeroDivisionError("odd")

    serving = Serving(socket.create_server(("127.0.0.1", 0)), fail, 1)
    for _ in range(3):
        with connect(serving) as caller:
            assert caller.recv(1) == b""
    assert until(lambda: "could not be served" in caplog.text)
    serving.close()


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_closed_nobody_is_served(kind: str, tmp_path: Path) -> None:
    if kind == "tcp":
        listener = socket.create_server(("127.0.0.1", 0))
    else:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(tmp_path / "sock"))
        listener.listen()
    family, address = listener.family, listener.getsockname()
    before = {thread.ident for thread in threading.enumerate()}
    serving = Serving(listener, echo)
    assert {thread.ident for thread in threading.enumerate()} - before
    serving.close()
    assert until(lambda: not {thread.ident for thread in threading.enumerate()} - before)
    with socket.socket(family) as caller, pytest.raises(ConnectionRefusedError):
        caller.connect(address)
