"""Trouble: whatever the daemon does, the build gets its compile, once."""

import struct

import pytest

from dunnage import limits
from dunnage.wire.codec import encode
from dunnage.wire.messages import (
    Exec,
    Exit,
    Exited,
    Hello,
    Open,
    Opened,
    Output,
    Reply,
    Run,
    Stat,
    Stats,
    Welcome,
    Write,
    Written,
)
from dunnage.wire.version import WIRE_VERSION
from support.fake_daemon import WELCOME, Peer
from support.native import Call, Stage

COMPILED = (9, b"compiled\n", b"warning\n")
COMPILE = "echo compiled; echo warning >&2; exit 9"


def frame(message_type: int, body: bytes = b"") -> bytes:
    """A frame by hand."""
    return struct.pack("<IB", 1 + len(body), message_type) + body


def text(data: bytes) -> bytes:
    """A text by hand."""
    return struct.pack("<I", len(data)) + data


def texts(count: int, block: bytes) -> bytes:
    """Texts by hand."""
    return struct.pack("<II", count, len(block)) + block


ONE = struct.pack("<I", 1)
RUBBISH = {
    "zeros": bytes(100),
    "letters": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "ones": b"\xff" * 100,
    "empty frame": struct.pack("<I", 0),
    "too long": struct.pack("<IB", limits.DAEMON_FRAME_BYTES_MAX + 1, 2),
    "much too long": struct.pack("<IB", 2**32 - 1, 2),
    "unknown type": frame(0x44),
    "a client's type": frame(0x81),
    "a second welcome": encode(WELCOME),
    "a reply": encode(Reply(b"{}")),
    "bytes behind": frame(0x03, texts(0, b"") + b"x"),
    "count without texts": frame(0x02, texts(3, b"")),
    "count without a size": frame(0x02, struct.pack("<I", 0)),
    "count of billions": frame(0x02, texts(2**32 - 1, b"a\0")),
    "texts over the end": frame(0x02, struct.pack("<II", 1, 10) + b"short\0"),
    "texts of billions": frame(0x02, struct.pack("<II", 1, 2**32 - 1) + b"short\0"),
    "texts that nobody counts": frame(0x02, texts(0, b"a\0")),
    "a path without an end": frame(0x02, texts(1, b"a\0b")),
    "no path, and without an end": frame(0x02, texts(0, b"b")),
    "more paths than allowed": frame(0x02, texts(4097, bytes(4097))),
    "more to open than can travel": frame(0x03, texts(65, b"x\0" * 65)),
    "more to write than allowed": frame(
        0x06, struct.pack("<I", 65) + (text(b"x") + b"\0\1" + 2 * text(b"")) * 65
    ),
    "text over the end": frame(0x04, struct.pack("<I", 10) + b"short"),
    "text of billions": frame(0x04, struct.pack("<I", 2**32 - 1) + b"short"),
    "NUL in a path": frame(0x02, texts(1, b"a\0b\0")),
    "NUL in a word": frame(0x05, bytes(4) + texts(1, b"a\0b\0")),
    "NUL in a file's path": frame(0x06, ONE + text(b"a\0b") + b"\0\1" + 2 * text(b"")),
    "unknown source": frame(0x06, ONE + text(b"out") + b"\0\2" + 2 * text(b"")),
    "half executable": frame(0x06, ONE + text(b"out") + b"\2\1" + 2 * text(b"")),
    "a descriptor with data": frame(0x06, ONE + text(b"out") + b"\0\0" + text(b"data") + text(b"")),
    "unknown flag": frame(0x05, struct.pack("<I", 8) + texts(0, b"")),
    "unknown flag beside known ones": frame(0x05, struct.pack("<I", 15) + texts(0, b"")),
    "exit code of another world": frame(0x07, struct.pack("<iiII", 256, 0, 0, 0)),
    "negative exit code": frame(0x07, struct.pack("<iiII", -1, 0, 0, 0)),
    "signal of another world": frame(0x07, struct.pack("<iiII", 0, 65, 0, 0)),
    "exit cut short": frame(0x07, struct.pack("<iiI", 0, 0, 0)),
    "exit with a stream over the end": frame(0x07, struct.pack("<iiII", 0, 0, 0, 5) + b"x"),
}


def compiled_at_once(stage: Stage, call: Call, peer: Peer) -> None:
    """The client has turned away and run the compiler, once."""
    assert peer.is_closed()
    assert call.end() == COMPILED
    assert stage.runs() == 1


@pytest.mark.parametrize("data", RUBBISH.values(), ids=RUBBISH)
def test_rubbish_before_the_compile(stage: Stage, data: bytes) -> None:
    """What is not a request of ours ends the session, not the build."""
    call, peer = stage.compile(stage.script(COMPILE))
    peer.send_bytes(data)
    compiled_at_once(stage, call, peer)


@pytest.mark.parametrize("name", ["letters", "too long", "unknown type", "bytes behind", "a second welcome"])
def test_rubbish_after_the_compile(stage: Stage, name: str) -> None:
    """The end is decided: nothing is compiled twice."""
    call, peer = stage.compile(stage.script(COMPILE))
    peer.send(Run(0))
    while isinstance(peer.next(), Output):
        pass
    peer.send_bytes(RUBBISH[name])
    compiled_at_once(stage, call, peer)


@pytest.mark.parametrize(
    "first",
    [
        encode(Stat([])),
        encode(Exit(0, 0)),
        encode(Exec("")),
        encode(Welcome(WIRE_VERSION + 1, 0)),
        encode(Welcome(0, 0)) + encode(Exit(0, 0)),
        b"\x07\x00\x00\x00\x01",
        b"",
    ],
)
def test_no_proper_welcome(stage: Stage, first: bytes) -> None:
    """Another message, another version, half a message, none at all."""
    call = stage.start(stage.script(COMPILE), "--crate-name", "x")
    peer = stage.daemon.accept()
    peer.expect(Hello)
    peer.send_bytes(first) if first else None
    peer.socket.shutdown(1)
    assert call.end() == COMPILED
    assert stage.runs() == 1


def test_killed_before_the_greeting_is_read(stage: Stage) -> None:
    """The connection stood, and is gone."""
    call = stage.start(stage.script(COMPILE), "--crate-name", "x")
    stage.daemon.accept().close()
    assert call.end() == COMPILED


@pytest.mark.parametrize("sent", [b"", encode(Run(0))[:3], encode(Run(0))[:-1]])
def test_killed_before_the_compile(stage: Stage, sent: bytes) -> None:
    """Between two frames, and within one."""
    call, peer = stage.compile(stage.script(COMPILE))
    if sent:
        peer.send_bytes(sent)
    peer.close()
    assert call.end() == COMPILED
    assert stage.runs() == 1


def test_killed_during_the_compile(stage: Stage) -> None:
    """The compiler is running: it goes on, its streams too, and so does its end."""
    call, peer = stage.compile(stage.script("echo begun >&2; read go; seq 1 100000; exit 9"), stdin=-1)
    peer.send(Run(0))
    assert peer.expect(Output).data == b"begun\n"
    peer.close()
    code, out, err = call.end(b"go\n")
    assert (code, err) == (9, b"begun\n")
    assert out == b"".join(b"%d\n" % i for i in range(1, 100_001))
    assert stage.runs() == 1


@pytest.mark.parametrize("how", ["at once", "while it answers", "after an answer"])
def test_killed_after_the_compile(stage: Stage, how: str) -> None:
    """While the outputs are being read: the end is what the compiler's was."""
    rustc = stage.script(COMPILE)
    call, peer = stage.compile(rustc)
    peer.send(Run(0))
    while not isinstance(peer.next(), Exited):
        pass
    if how != "at once":
        peer.send(Open([str(rustc)]))
    if how == "after an answer":
        peer.expect(Opened)
    peer.close()
    assert call.end() == COMPILED
    assert stage.runs() == 1


def test_told_to_compile_by_itself(stage: Stage) -> None:
    """EXEC."""
    call, peer = stage.compile(stage.script(COMPILE))
    peer.send(Exec("not understood"))
    compiled_at_once(stage, call, peer)


@pytest.mark.parametrize("last", [Exec("too late"), Run(0), Exit(0, 0)])
def test_the_end_is_decided(stage: Stage, last: Exec | Run | Exit) -> None:
    """After the compile, the client ends as it did whatever else it is told."""
    call, peer = stage.compile(stage.script(COMPILE))
    peer.send(Run(0))
    while not isinstance(peer.next(), Exited):
        pass
    peer.send(last)
    compiled_at_once(stage, call, peer)


def test_a_write_that_fails_after_the_compile(stage: Stage) -> None:
    """Said to the daemon, and nothing is compiled again."""
    call, peer = stage.compile(stage.script(COMPILE))
    peer.send(Run(0))
    while not isinstance(peer.next(), Exited):
        pass
    peer.send_bytes(frame(0x06, ONE + text(b"no/\xff/" * 2000) + b"\0\1" + text(b"") + text(b"")))
    assert isinstance(peer.next(), Written)
    compiled_at_once(stage, call, peer)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_any_chunking(stage: Stage, size: int) -> None:
    """Frames may come in pieces."""
    call = stage.start(stage.script(COMPILE), "--crate-name", "x")
    peer = stage.daemon.accept()
    peer.expect(Hello)
    data = encode(WELCOME) + encode(Stat(["rustc", "none"]))
    for at in range(0, len(data), size):
        peer.send_bytes(data[at : at + size])
    assert len(peer.expect(Stats).records) == 2
    data = encode(Write([])) + encode(Exit(3, 0, b"out", b"err"))
    for at in range(0, len(data), size):
        peer.send_bytes(data[at : at + size])
    assert isinstance(peer.next(), Written)
    assert call.end() == (3, b"out", b"err")
    assert stage.runs() == 0


def test_the_largest_frame(stage: Stage) -> None:
    """Exactly as long as a frame may be, twice, and one byte more."""
    call, peer = stage.compile(stage.script(COMPILE))
    full = frame(0x04, text(b"x" * (limits.DAEMON_FRAME_BYTES_MAX - 5)))
    for _ in range(2):
        peer.send_bytes(full)
        assert peer.next() is not None
    peer.send_bytes(struct.pack("<I", limits.DAEMON_FRAME_BYTES_MAX + 1))
    compiled_at_once(stage, call, peer)
