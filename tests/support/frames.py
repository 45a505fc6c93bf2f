"""Hypothesis strategies for every message of the wire, made from its table, so that a new message is tested at once."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from dunnage import limits
from dunnage.model.view import STAT
from dunnage.wire.messages import (
    CLIENT_MESSAGES,
    DAEMON_MESSAGES,
    EntryKind,
    Field,
    FileSource,
    Message,
    RunFlag,
    Stream,
    WriteFile,
)
from dunnage.wire.version import MAGIC_NUMBER, WIRE_VERSION

texts = st.binary(max_size=40).map(lambda data: data.replace(b"\0", b"").decode("utf-8", "surrogateescape"))
blobs = st.binary(max_size=200)
records = st.binary(min_size=STAT.size, max_size=STAT.size)
files = st.one_of(
    st.builds(WriteFile, texts, st.booleans(), st.just(FileSource.DESCRIPTOR), st.just(b"")),
    st.builds(WriteFile, texts, st.booleans(), st.just(FileSource.INLINE), blobs),
    st.builds(
        WriteFile, texts, st.booleans(), st.just(FileSource.LAUNCHER), st.binary(min_size=64, max_size=64)
    ),
    st.builds(WriteFile, texts, st.booleans(), st.just(FileSource.DIRECTORY), st.just(b"")),
    st.builds(
        WriteFile,
        texts,
        st.booleans(),
        st.sampled_from((FileSource.SYMLINK, FileSource.RENAME)),
        blobs.map(lambda data: b"/" + data.replace(b"\0", b"")),
    ),
)


def _lists(of: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, max_size=8).map(tuple)


_KINDS: dict[str, st.SearchStrategy[Any]] = {
    "u8": st.integers(0, 0xFF),
    "u16": st.integers(0, 0xFFFF),
    "u32": st.integers(0, 0xFFFF_FFFF),
    "u64": st.integers(0, (1 << 64) - 1),
    "i64": st.integers(-(1 << 63), (1 << 63) - 1),
    "code": st.integers(0, 255),
    "signal": st.integers(0, 64),
    "flag": st.integers(0, 1),
    "run_flags": st.integers(0, sum(RunFlag)),
    "stream": st.sampled_from([int(stream) for stream in Stream]),
    "blob": blobs,
    "text": texts,
    "texts": _lists(texts),
    "errnos": _lists(st.integers(0, 0xFFFF_FFFF)),
    "stats": _lists(records),
    "names": _lists(st.tuples(st.sampled_from([int(kind) for kind in EntryKind]), texts)),
    "files": _lists(files),
}

_GIVEN: dict[str, st.SearchStrategy[Any]] = {
    "magic": st.just(MAGIC_NUMBER),
    "wire_version": st.just(WIRE_VERSION),
}


def _field(field: Field) -> st.SearchStrategy[Any]:
    return _GIVEN.get(field.name, _KINDS[field.kind])


def messages_of(message: type[Message]) -> st.SearchStrategy[Message]:
    """Any message of this type."""
    make: Callable[..., Message] = message
    return st.builds(make, *(_field(field) for field in message.FIELDS))


client_messages = st.one_of([messages_of(message) for message in CLIENT_MESSAGES])
daemon_messages = st.one_of([messages_of(message) for message in DAEMON_MESSAGES])

DIRECTIONS = (
    (CLIENT_MESSAGES, limits.CLIENT_FRAME_BYTES_MAX),
    (DAEMON_MESSAGES, limits.DAEMON_FRAME_BYTES_MAX),
)
"""What a `Decoder` takes for either direction."""


def plain(message: Message) -> tuple[type[Message], tuple[Any, ...]]:
    """A message with its lists as tuples: which kind of sequence holds them does not matter."""
    values = (getattr(message, field.name) for field in message.FIELDS)
    return type(message), tuple(tuple(value) if isinstance(value, list) else value for value in values)
