"""The rows of kinds: complete, and honest about how many bytes they take."""

import struct

import pytest

from dunnage import limits
from dunnage.errors import ProtocolError
from dunnage.wire.codec import encode
from dunnage.wire.kinds import KINDS, body_bytes_max, limit_of
from dunnage.wire.messages import (
    CLIENT_MESSAGES,
    DAEMON_MESSAGES,
    Exit,
    Exited,
    Field,
    FileSource,
    Hello,
    Opened,
    Output,
    Stat,
    Stats,
    Stream,
    WriteFile,
)


def test_every_kind_is_used_and_every_used_kind_exists() -> None:
    used = {field.kind for message in (*CLIENT_MESSAGES, *DAEMON_MESSAGES) for field in message.FIELDS}
    assert used == set(KINDS)


def test_a_limit_is_a_number_of_limits() -> None:
    assert limit_of("FDS_PER_FRAME_MAX") == limits.FDS_PER_FRAME_MAX
    assert limit_of("") is None


def test_the_largest_body_is_what_the_largest_message_takes() -> None:
    header = 5
    assert body_bytes_max(Exited.FIELDS) == len(encode(Exited(0, 0, 0, 0, 0, 0, 0, 0))) - header
    largest = Output(Stream.STDOUT, bytes(limits.OUTPUT_CHUNK_BYTES_MAX))
    assert body_bytes_max(Output.FIELDS) == len(encode(largest)) - header
    records = Stats([bytes(48)] * limits.PATHS_PER_FRAME_MAX)
    assert body_bytes_max(Stats.FIELDS) == len(encode(records)) - header
    errnos = Opened([0] * limits.FDS_PER_FRAME_MAX)
    assert body_bytes_max(Opened.FIELDS) == len(encode(errnos)) - header
    stream = bytes(limits.STREAM_BYTES_MAX)
    assert body_bytes_max(Exit.FIELDS) == len(encode(Exit(0, 0, stream, stream))) - header


def test_lists_of_texts_and_blobs_without_a_limit_are_bounded_by_their_frame_only() -> None:
    assert body_bytes_max(Stat.FIELDS) is None
    assert body_bytes_max(Hello.FIELDS) is None
    assert body_bytes_max([Field("request", "blob")]) is None


def test_an_empty_value_can_be_written_wherever_a_message_may_be_unread() -> None:
    for kind in KINDS.values():
        parts: list[bytes] = []
        kind.write(parts.append, kind.empty, None)
        assert len(b"".join(parts)) == kind.fixed_bytes


def both_ways(kind: str, value: object) -> object:
    """A value, written and read again."""
    parts: list[bytes] = []
    KINDS[kind].write(parts.append, value, None)
    data = b"".join(parts)
    read, at = KINDS[kind].read(b"???" + data, 3, None)
    assert at == 3 + len(data)
    return read


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("u16", 0xFFFF),
        ("i64", -1),
        ("code", 255),
        ("signal", 64),
        ("run_flags", 1),
        ("stream", 2),
        ("blob", b"\0\xff"),
        ("text", "ä\udcff"),
        ("texts", []),
        ("texts", [""]),
        ("texts", ["", "a" * 300, ""]),
        ("texts", ["\udcc3", "\udca4", "ä"]),
        ("errnos", (0, 2)),
        ("stats", [bytes(48), b"x" * 48]),
        ("names", [(1, "a"), (2, "b\udcfe")]),
        (
            "files",
            [
                WriteFile("a", False, FileSource.DESCRIPTOR),
                WriteFile("b", True, FileSource.INLINE, b"data", b"notice\n"),
                WriteFile("c", False, FileSource.INLINE),
            ],
        ),
    ],
)
def test_a_value_comes_back(kind: str, value: object) -> None:
    assert both_ways(kind, value) == value


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("names", b"\1\0\0\0\4\0\0\0\0", "the EntryKind 4"),
        ("files", b"\1\0\0\0" + bytes(4) + b"\2\0" + bytes(8), "executable byte is 2"),
        ("files", b"\2\0\0\0" + bytes(10), "2 files, more than its frame has room for"),
        ("names", b"\1\0\0\0\1\1\0\0\0\0", "NUL"),
    ],
)
def test_what_cannot_be_read_says_why(kind: str, body: bytes, words: str) -> None:
    with pytest.raises(ProtocolError, match=words):
        KINDS[kind].read(body, 0, None)


def test_a_field_that_is_cut_off_is_told_from_one_that_is_wrong() -> None:
    """Reading beyond the end is `struct.error`, which the codec puts into words."""
    for kind in ("u8", "u64", "code", "stream", "blob", "text", "texts", "names", "files"):
        with pytest.raises(struct.error):
            KINDS[kind].read(b"", 0, None)
    with pytest.raises(struct.error):
        KINDS["names"].read(struct.pack("<IBI5s", 2, 1, 5, b"a" * 5), 0, None)
