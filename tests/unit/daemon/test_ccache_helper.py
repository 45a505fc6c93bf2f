"""ccache's protocol for storage helpers, byte by byte."""

import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dunnage import __version__
from dunnage.daemon.ccache_helper import speak_crsh
from dunnage.engine.offered import Offered
from dunnage.errors import StoreError
from dunnage.remote.limits import REMOTE_BLOB_BYTES_MAX
from support.remotes.machines import Machine, machine

GREETING = b"\x01\x02\x00\x01"
OK, NOT_DONE, FAILED = b"\x00", b"\x01", b"\x02"
STOP = b"\x03"


def key(name: bytes) -> bytes:
    return bytes([len(name)]) + name


def get(name: bytes) -> bytes:
    return b"\x00" + key(name)


def put(name: bytes, value: bytes, flags: int = 0) -> bytes:
    return b"\x01" + key(name) + bytes([flags]) + struct.pack("=Q", len(value)) + value


def value(data: bytes) -> bytes:
    return OK + struct.pack("=Q", len(data)) + data


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Machine]:
    with machine(tmp_path) as made:
        yield made


def said(here: Machine, *requests: bytes, writes: bool = True) -> bytes:
    """All that is answered, until the end."""
    return said_by(speak_crsh(lambda: here.engine.offered, writes=writes), b"".join(requests))


def said_by(serve: object, requests: bytes) -> bytes:
    assert callable(serve)
    ours, theirs = socket.socketpair()

    def ask() -> None:
        try:
            theirs.sendall(requests)
            theirs.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it has heard enough

    with theirs:
        asking = threading.Thread(target=ask)
        answering = threading.Thread(target=lambda: (serve(ours), ours.close()))
        asking.start()
        answering.start()
        answers = []
        try:
            while data := theirs.recv(1 << 20):
                answers.append(data)
        except ConnectionResetError:
            pass  # after the last answer, as requests were left unread
        asking.join()
        answering.join()
    return b"".join(answers)


def test_get_and_put(here: Machine) -> None:
    large = bytes(range(256)) * 10_000
    answers = said(here, get(b"k"), put(b"k", b"one"), get(b"k"), put(b"", large), get(b""), get(b"K"))
    assert answers == GREETING + NOT_DONE + OK + value(b"one") + OK + value(large) + NOT_DONE
    assert said(here, put(b"e" * 255, b""), get(b"e" * 255)) == GREETING + OK + value(b"")


def test_what_is_there_is_replaced_only_when_asked(here: Machine) -> None:
    answers = said(here, put(b"k", b"one"), put(b"k", b"two"), get(b"k"), put(b"k", b"three", 1), get(b"k"))
    assert answers == GREETING + OK + NOT_DONE + value(b"one") + OK + value(b"three")


def test_keys_are_no_names_of_http(here: Machine) -> None:
    said(here, put(b"/k", b"one"))
    assert here.engine.offered.open("/k") is None


def test_remove_info_stop(here: Machine) -> None:
    identity = f"dunnage {__version__}".encode()
    answers = said(here, put(b"k", b"one"), b"\x02" + key(b"k"), get(b"k"), b"\x04", STOP, get(b"k"))
    assert answers == GREETING + OK + NOT_DONE + value(b"one") + key(identity) + b"\x00" + OK


def test_read_only(here: Machine) -> None:
    assert said(here, put(b"k", b"one"), get(b"k"), writes=False) == GREETING + NOT_DONE * 2


@pytest.mark.parametrize("cut", range(1, 13))
def test_requests_that_end_too_early(here: Machine, cut: int) -> None:
    assert said(here, put(b"k", b"one")[:-cut]) == GREETING
    assert said(here, get(b"k")) == GREETING + NOT_DONE


def test_what_cannot_be_followed(here: Machine) -> None:
    unknown = FAILED + key(b"dunnage does not know this request")
    assert said(here, b"\x07" + get(b"k")) == GREETING + unknown
    size = REMOTE_BLOB_BYTES_MAX + 1
    answers = said(here, b"\x01" + key(b"k") + b"\x00" + struct.pack("=Q", size) + b"x" * 1000)
    assert answers == GREETING + FAILED + key(f"{size} bytes are too many".encode())


def test_without_a_store_it_says_so() -> None:
    def offered() -> Offered:
        raise StoreError("There is none: " + "ä" * 200)

    answers = said_by(speak_crsh(offered, writes=True), get(b"k") + put(b"k", b"one") + get(b"k"))
    message = key(b"There is none: " + "ä".encode() * 120)
    assert answers == GREETING + (FAILED + message) * 3


def test_who_hangs_up_is_no_trouble(here: Machine) -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours:
        speak_crsh(lambda: here.engine.offered, writes=True)(ours)
