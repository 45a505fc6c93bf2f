"""Asking a daemon: one question, one answer, and every failure as the error that it is."""

import json
import os
import socket
import threading
from collections.abc import Callable

import pytest

from dunnage.config.places import Places
from dunnage.daemon.control import request
from dunnage.daemon.listening import listen, make_directories
from dunnage.errors import DaemonError, NotRunning, StoreTooNew, UsageError, VersionMismatch
from dunnage.wire.codec import encode
from dunnage.wire.messages import Exec, Reply
from support.running import Running


def answered(behave: Callable[[socket.socket], object]) -> object:
    """Ask somebody who stands where the daemon should and does this with the connection."""
    places = Places.find(os.environ)
    make_directories(places)
    with listen(places.host_socket, 0o600) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                behave(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            return request(places, "status")
        finally:
            thread.join()


def test_a_question_and_its_answer(running: Running) -> None:
    assert request(running.places, "status")["pid"] == running.pid


def test_nobody_there() -> None:
    places = Places.find(os.environ)
    with pytest.raises(NotRunning):
        request(places, "status")
    make_directories(places)
    with pytest.raises(NotRunning):
        request(places, "status")
    listen(places.host_socket, 0o600).close()  # stale
    with pytest.raises(NotRunning):
        request(places, "status")


def test_what_the_daemon_does_not_know(running: Running) -> None:
    with pytest.raises(UsageError, match="dance"):
        request(running.places, "dance")


def test_an_answer_in_pieces() -> None:
    frame = encode(Reply(b'{"running": true}'))

    def drip(connection: socket.socket) -> None:
        for byte in frame:
            connection.send(bytes([byte]))

    assert answered(drip) == {"running": True}


def test_an_error_comes_as_its_class() -> None:
    told = {"error": {"type": "StoreTooNew", "message": "Too new.", "hint": "Wait.", "exit_code": 41}}
    with pytest.raises(StoreTooNew) as caught:
        answered(lambda connection: connection.sendall(encode(Reply(json.dumps(told).encode()))))
    assert (caught.value.message, caught.value.advice) == ("Too new.", "Wait.")


@pytest.mark.parametrize("name", ["Exception", "annotations", "ClassVar", "NoSuchError", "", "SystemExit"])
def test_an_error_of_no_known_class_is_the_daemons(name: str) -> None:
    told = {"error": {"type": name, "message": "Odd."}}
    with pytest.raises(DaemonError, match="Odd"):
        answered(lambda connection: connection.sendall(encode(Reply(json.dumps(told).encode()))))


def test_an_end_without_an_answer() -> None:
    with pytest.raises(NotRunning):
        answered(lambda connection: connection.shutdown(socket.SHUT_RDWR))


@pytest.mark.parametrize("data", [b"HTTP/1.1 400 Bad Request\r\n", encode(Exec("version"))])
def test_somebody_else_answers(data: bytes) -> None:
    with pytest.raises(VersionMismatch):
        answered(lambda connection: connection.sendall(data))


def test_a_place_with_a_long_name(tmp_path: "os.PathLike[str]", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUNNAGE_DIR", os.path.join(tmp_path, "dunnage", *["long" * 20] * 3))
    os.makedirs(os.environ["DUNNAGE_DIR"])
    running = Running()
    assert request(running.places, "status")["pid"] == running.pid
    assert request(running.places, "stop")["stopping"]
    assert running.wait()
    running.close()
