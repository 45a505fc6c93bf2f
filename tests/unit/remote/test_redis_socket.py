"""Answers of Redis are bounded, whatever a server says that they are."""

import itertools
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from redis.exceptions import InvalidResponse

from dunnage.errors import RemoteDamaged
from dunnage.remote.redis_socket import BoundedSocket
from dunnage.remote.registry import open_backend
from support.remotes.things import name


@contextmanager
def endless(first: bytes, more: bytes) -> Iterator[str]:
    """A server that answers without end, as long as anybody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                while b"GETRANGE" not in (asked := connection.recv(10_000)):
                    connection.sendall(b"+OK\r\n" * asked.count(b"CLIENT"))
                try:
                    connection.sendall(first)
                    for _ in itertools.count():
                        connection.sendall(more)
                except OSError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"redis://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize(
    ("first", "more"),
    [
        (b"$2000000000\r\n", bytes(1_000_000)),
        (b"*2000000000\r\n", b":1\r\n" * 1000),
        (b"+", b"x" * 1_000_000),
    ],
)
def test_an_answer_without_end(monkeypatch: pytest.MonkeyPatch, first: bytes, more: bytes) -> None:
    monkeypatch.setattr("dunnage.remote.limits.REMOTE_REDIS_ANSWER_BYTES_MAX", 3_000_000)
    with endless(first, more) as url:
        backend = open_backend(url, {})
        with pytest.raises(RemoteDamaged):
            backend.get_records([name()])
        backend.close()


def test_each_answer_has_room_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dunnage.remote.limits.REMOTE_REDIS_ANSWER_BYTES_MAX", 4)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        bounded = BoundedSocket(ours)
        assert bounded.fileno() == ours.fileno()
        for _ in range(3):
            bounded.sendall(b"ask")
            theirs.sendall(b"1234")
            assert bounded.recv(4, socket.MSG_PEEK) == b"1234"
            assert bounded.recv(2) == b"12"
            buffer = bytearray(10)
            assert bounded.recv_into(buffer) == 2
            theirs.sendall(b"5")
            with pytest.raises(InvalidResponse):
                bounded.recv_into(buffer)
