"""Frames: what is refused, and with which words."""

import struct
from typing import Any

import pytest

from dunnage import limits
from dunnage.errors import ProtocolError
from dunnage.wire.codec import Decoder, encode, length_max
from dunnage.wire.messages import (
    CLIENT_MESSAGES,
    DAEMON_MESSAGES,
    Control,
    Exec,
    Exit,
    Exited,
    FileSource,
    Hello,
    Message,
    Open,
    Opened,
    Output,
    Run,
    Stat,
    Stats,
    Stream,
    Welcome,
    Write,
    WriteFile,
)
from dunnage.wire.version import MAGIC_NUMBER, WIRE_VERSION

HELLO = Hello(
    MAGIC_NUMBER,
    WIRE_VERSION,
    1,
    4321,
    77,
    0,
    "0.1.0",
    "/usr/bin/rustc",
    "/work",
    "",
    ["rustc", "--crate-name", "\udcff"],
    ["A=1", "Ü=ö"],
)


def frame(message_type: int, body: bytes) -> bytes:
    return struct.pack("<IB", 1 + len(body), message_type) + body


def from_client(data: bytes) -> Message | None:
    decoder = Decoder(CLIENT_MESSAGES, limits.CLIENT_FRAME_BYTES_MAX)
    decoder.feed(data)
    return decoder.next()


def from_daemon(data: bytes) -> Message | None:
    decoder = Decoder(DAEMON_MESSAGES, limits.DAEMON_FRAME_BYTES_MAX)
    decoder.feed(data)
    return decoder.next()


def test_a_greeting_comes_back() -> None:
    assert from_client(encode(HELLO)) == HELLO


def test_the_bytes_of_a_frame_are_those_of_the_specification() -> None:
    assert encode(Exec("no")) == bytes.fromhex("07000000 08 02000000 6e6f")
    assert encode(Open(["a", "bc"])) == bytes.fromhex("0e000000 03 02000000 05000000 6100 626300")


def test_bytes_may_come_one_by_one_and_frames_together() -> None:
    decoder = Decoder(CLIENT_MESSAGES, limits.CLIENT_FRAME_BYTES_MAX)
    data = encode(HELLO) + encode(Stats([bytes(48)])) + encode(Opened((0, 2)))
    seen = []
    for byte in data:
        decoder.feed(bytes([byte]))
        message = decoder.next()
        if message is not None:
            assert decoder.buffered == 0
            seen.append(message)
    assert seen == [HELLO, Stats([bytes(48)]), Opened((0, 2))]
    decoder.feed(bytearray(data))
    assert [decoder.next() for _ in range(4)] == [*seen, None]


def test_a_memoryview_of_a_buffer_that_is_used_again_is_enough() -> None:
    decoder = Decoder(DAEMON_MESSAGES, limits.DAEMON_FRAME_BYTES_MAX)
    buffer = bytearray(encode(Exec("one")))
    decoder.feed(memoryview(buffer))
    buffer[:] = bytes(len(buffer))
    assert decoder.next() == Exec("one")


def test_every_type_stands_on_its_side() -> None:
    assert all(message.TYPE >= 0x80 for message in CLIENT_MESSAGES)
    assert all(message.TYPE < 0x80 for message in DAEMON_MESSAGES)
    assert length_max(Hello.TYPE) == limits.CLIENT_FRAME_BYTES_MAX
    assert length_max(Exec.TYPE) == limits.DAEMON_FRAME_BYTES_MAX


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\0\0\0\0", "empty"),
        (struct.pack("<I", limits.CLIENT_FRAME_BYTES_MAX + 1), "at most 16777216"),
        (frame(Exec.TYPE, b"\0\0\0\0"), "type 0x08"),
        (frame(0xFF, b""), "type 0xff"),
        (frame(Hello.TYPE, b"GET / HTTP/1.1\r\n"), "HELLO.magic does not have the magic"),
        (frame(Control.TYPE, bytes(8)), "CONTROL.magic does not have the magic"),
        (frame(Hello.TYPE, b"dunn"), "HELLO.magic is cut off"),
        (frame(Opened.TYPE, struct.pack("<I", 65)), "OPENED.errnos says it has 65 errnos, at most 64"),
        (frame(Opened.TYPE, struct.pack("<I", 2) + bytes(4)), "more than its frame has room for"),
        (frame(Opened.TYPE, struct.pack("<I", 0) + b"x"), "OPENED has 1 bytes behind its last field"),
        (frame(Stats.TYPE, struct.pack("<I", 4097)), "at most 4096 are allowed"),
        (frame(Output.TYPE, b"\3\0\0\0\0"), "the Stream 3"),
        (frame(Output.TYPE, b"\1" + struct.pack("<I", 65537) + bytes(65500)), "at most 65536 are allowed"),
        (struct.pack("<IB", 1 + 1 + 4 + 65537, Output.TYPE), "OUTPUT says it takes 65543 bytes"),
        (frame(Exited.TYPE, struct.pack("<Iiiqqq", 0, 256, 0, 0, 0, 0)), "EXITED.code is 256, not 0 to 255"),
        (frame(Exited.TYPE, struct.pack("<Iiiqqq", 0, 0, -1, 0, 0, 0)), "EXITED.signal is -1, not 0 to 64"),
    ],
)
def test_what_a_client_may_not_send(data: bytes, words: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        from_client(data)
    assert words in caught.value.message
    assert caught.value.message.endswith(".")


NONE = bytes(4)
"""No notice."""


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (struct.pack("<I", limits.DAEMON_FRAME_BYTES_MAX + 1), "at most 1048576"),
        (frame(Hello.TYPE, b""), "type 0x81"),
        (frame(Stat.TYPE, struct.pack("<I", 4097)), "STAT.paths says it has 4097 strings, at most 4096"),
        (frame(Open.TYPE, struct.pack("<I", 65)), "OPEN.paths says it has 65 strings, at most 64"),
        (frame(Run.TYPE, struct.pack("<II", 0, 65537)), "RUN.argv says it has 65537 strings"),
        (frame(Run.TYPE, struct.pack("<III", 8, 0, 0)), "RUN.flags is 8"),
        (frame(Stat.TYPE, struct.pack("<I", 0) + b"123"), "STAT.paths is cut off"),
        (frame(Stat.TYPE, struct.pack("<II", 1, 5) + b"abc\0"), "5 bytes of strings, more than"),
        (frame(Stat.TYPE, struct.pack("<II", 1, 4) + b"a\0b\0"), "has 1 strings, but NUL bytes end 2"),
        (frame(Stat.TYPE, struct.pack("<II", 2, 4) + b"abc\0"), "has 2 strings, but NUL bytes end 1"),
        (frame(Stat.TYPE, struct.pack("<II", 1, 4) + b"a\0bc"), "has a string that no NUL byte ends"),
        (frame(Stat.TYPE, struct.pack("<II", 0, 1) + b"a"), "has a string that no NUL byte ends"),
        (frame(Stat.TYPE, struct.pack("<II", 0, 1) + b"\0"), "has 0 strings, but NUL bytes end 1"),
        (frame(Stat.TYPE, struct.pack("<II", 1, 2) + b"a\0b"), "STAT has 1 bytes behind its last field"),
        (frame(Exec.TYPE, struct.pack("<I", 2) + b"a\0"), "EXEC.reason has a NUL byte"),
        (frame(Write.TYPE, struct.pack("<I", 65)), "WRITE.files says it has 65 files"),
        (frame(Write.TYPE, struct.pack("<IIBBI", 1, 0, 2, 0, 0) + NONE), "executable byte is 2"),
        (frame(Write.TYPE, struct.pack("<IIBBI", 1, 0, 0, 9, 0) + NONE), "the FileSource 9"),
        (frame(Write.TYPE, struct.pack("<IIBBI", 1, 0, 0, 2, 0) + NONE), "from LAUNCHER with data"),
        (frame(Write.TYPE, struct.pack("<IIBBI", 1, 0, 0, 3, 1) + b"x" + NONE), "from DIRECTORY with data"),
        (frame(Write.TYPE, struct.pack("<IIBBI", 1, 0, 0, 4, 0) + NONE), "from SYMLINK with data"),
        (frame(Write.TYPE, struct.pack("<IIBBI", 1, 0, 0, 5, 1) + b"\0" + NONE), "from RENAME with data"),
        (frame(Write.TYPE, struct.pack("<IIBBI", 1, 0, 0, 0, 1) + b"x" + NONE), "a descriptor and data"),
        (frame(Write.TYPE, struct.pack("<IIBBI", 1, 0, 0, 1, 262145) + NONE), "at most 262144"),
        (frame(Write.TYPE, struct.pack("<IIBBII", 1, 0, 0, 0, 0, 65537)), "at most 65536"),
        (frame(Exit.TYPE, struct.pack("<iiII", 0, 65, 0, 0)), "EXIT.signal is 65"),
    ],
)
def test_what_a_daemon_may_not_send(data: bytes, words: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        from_daemon(data)
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (Stat(["x"] * 4097), "STAT.paths has 4097 strings, at most 4096 are allowed."),
        (Open(["x"] * 65), "OPEN.paths has 65 strings"),
        (Stat(["a\0b"]), "STAT.paths has a NUL byte in a text."),
        (Stat(["a", "b\0"]), "STAT.paths has a NUL byte in a text."),
        (Stat(["\0"]), "STAT.paths has a NUL byte in a text."),
        (Exec("a\0"), "EXEC.reason has a NUL byte in a text."),
        (Stat(["\ud800"]), "stands for no bytes"),
        (Exit(0, 0, bytes(limits.STREAM_BYTES_MAX + 1)), "EXIT.stdout has 393217 bytes"),
        (Exit(256, 0), "EXIT.code is 256"),
        (Output(0, b""), "OUTPUT.stream has the Stream 0"),
        (Run(8), "RUN.flags is 8"),
        (Welcome(1 << 16, 0), "WELCOME.wire_version is 65536, which does not fit into 2 bytes."),
        (Write([WriteFile("a", False, FileSource.DESCRIPTOR, b"x")]), "a descriptor and data"),
        (Write([WriteFile("a", False, FileSource.INLINE, bytes(262144))] * 4), "WRITE takes 1048641 bytes"),
    ],
)
def test_what_is_never_sent(message: Message, words: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        encode(message)
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("greeting", "known"),
    [
        (HELLO, (MAGIC_NUMBER, 7, 0, 0, 0, 0, "", "", "", "", (), ())),
        (Control(MAGIC_NUMBER, WIRE_VERSION, b"{}"), (MAGIC_NUMBER, 7, b"")),
    ],
)
def test_of_a_client_of_another_version_the_version_is_known(
    greeting: Message, known: tuple[Any, ...]
) -> None:
    body = struct.pack("<QH", MAGIC_NUMBER, 7) + b"whatever version 7 has to say"
    message = from_client(frame(greeting.TYPE, body))
    assert message == type(greeting)(*known)


def test_of_a_daemon_of_another_version_the_version_is_known() -> None:
    assert from_daemon(frame(Welcome.TYPE, struct.pack("<H", 7))) == Welcome(7, 0)


def test_a_decoder_that_failed_stays_so_and_keeps_nothing() -> None:
    decoder = Decoder(CLIENT_MESSAGES, limits.CLIENT_FRAME_BYTES_MAX)
    decoder.feed(frame(0xFF, b""))
    with pytest.raises(ProtocolError) as first:
        decoder.next()
    decoder.feed(encode(HELLO))
    assert decoder.buffered == 0
    with pytest.raises(ProtocolError) as second:
        decoder.next()
    assert first.value.message == second.value.message


def test_a_decoder_takes_only_the_types_it_was_told() -> None:
    decoder = Decoder([Hello], limits.CLIENT_FRAME_BYTES_MAX)
    decoder.feed(encode(Output(Stream.STDERR, b"x")))
    with pytest.raises(ProtocolError):
        decoder.next()
