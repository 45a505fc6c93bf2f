"""The codec: messages to frames, and bytes in any chunking to messages. Sans-I/O, made from the table.

A frame is a u32 length, a u8 type and a body; the length counts type and body:

    ┌────────────┬──────┬───────────────────────┐
    │ length u32 │ type │ body: length - 1 bytes │
    └────────────┴──────┴───────────────────────┘

The length is looked at as soon as its four bytes are there, and compared with what this type can need at
most, so that a peer cannot make us keep more than one of its honest frames. Counts are compared with their
limits, and with the bytes that are left, before anything is made from them. What breaks a rule is a
`ProtocolError`, never another exception; after it the decoder is dead: nothing behind a fault can be trusted.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from dunnage import limits
from dunnage.errors import ProtocolError
from dunnage.wire.kinds import KINDS, Kind, body_bytes_max, limit_of
from dunnage.wire.messages import FIRST_CLIENT_TYPE, GREETINGS, Message
from dunnage.wire.version import MAGIC_NUMBER, WIRE_VERSION

_HEADER: Final = struct.Struct("<IB")
_LENGTH_BYTES: Final = 4


def length_max(message_type: int) -> int:
    """What the length of a frame of this type may be at most, by the side that sends it."""
    from_client = message_type >= FIRST_CLIENT_TYPE
    return limits.CLIENT_FRAME_BYTES_MAX if from_client else limits.DAEMON_FRAME_BYTES_MAX


def encode(message: Message) -> bytes:
    """The whole frame of a message.

    Raises:
        ProtocolError: the message has more than its limits allow, or a text that cannot travel.
    """
    title = type(message).__name__.upper()
    parts = [b""]
    for name, kind, limit in message.FIELDS:
        try:
            KINDS[kind].write(parts.append, getattr(message, name), limit_of(limit))
        except ProtocolError as error:
            raise ProtocolError(f"{title}.{name} {error.message}.") from None
    length = 1 + sum(map(len, parts))
    if length > length_max(message.TYPE):
        raise ProtocolError(f"{title} takes {length} bytes, at most {length_max(message.TYPE)} are allowed.")
    parts[0] = _HEADER.pack(length, message.TYPE)
    return b"".join(parts)


class _Row(NamedTuple):
    """What the decoder needs to know of a message."""

    name: str
    make: Callable[..., Message]
    readers: tuple[tuple[str, Kind, int | None], ...]
    greeting: bool
    length_max: int


def _row(message: type[Message], frame_bytes_max: int) -> _Row:
    """The table of a message, its names looked up once."""
    readers = tuple((name, KINDS[kind], limit_of(limit)) for name, kind, limit in message.FIELDS)
    own_max = body_bytes_max(message.FIELDS)
    greeting = message in GREETINGS
    if own_max is not None and not greeting:
        frame_bytes_max = min(frame_bytes_max, 1 + own_max)
    return _Row(message.__name__.upper(), message, readers, greeting, frame_bytes_max)


@lru_cache
def _rows(messages: tuple[type[Message], ...], frame_bytes_max: int) -> Mapping[int, _Row]:
    """The rows by type. Kept, because every session needs the same."""
    return {message.TYPE: _row(message, frame_bytes_max) for message in messages}


class Decoder:
    """Turns the bytes of one direction into messages.

    Feed what arrives, then call `next` until it says None; so no more is ever buffered than one frame and
    what was fed last.
    """

    def __init__(self, messages: Sequence[type[Message]], frame_bytes_max: int) -> None:
        self._rows = _rows(tuple(messages), frame_bytes_max)
        self._length_max = frame_bytes_max
        self._buffer = bytearray()
        self._failure: str | None = None

    @property
    def buffered(self) -> int:
        """Bytes that were fed and are not part of a message yet."""
        return len(self._buffer)

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Take bytes in, as they arrived."""
        if self._failure is None:
            self._buffer += data

    def next(self) -> Message | None:
        """The next whole message, None when more bytes are needed.

        Raises:
            ProtocolError: the peer broke the rules; every later call raises it again.
        """
        if self._failure is not None:
            raise ProtocolError(self._failure)
        try:
            return self._next()
        except ProtocolError as error:
            self._failure = error.message
            self._buffer.clear()
            raise

    def _next(self) -> Message | None:
        buffer = self._buffer
        if len(buffer) <= _LENGTH_BYTES:
            if len(buffer) == _LENGTH_BYTES:
                self._check_length(int.from_bytes(buffer, "little"))
            return None
        length, message_type = _HEADER.unpack_from(buffer)
        self._check_length(length)
        row = self._rows.get(message_type)
        if row is None:
            raise ProtocolError(f"A frame has the type 0x{message_type:02x}, which this side does not take.")
        if length > row.length_max:
            raise ProtocolError(
                f"{row.name} says it takes {length} bytes, at most {row.length_max} are allowed."
            )
        end = _LENGTH_BYTES + length
        if len(buffer) < end:
            return None
        with memoryview(buffer) as view:
            body = bytes(view[_HEADER.size : end])
        del buffer[:end]
        return _decode(row, body)

    def _check_length(self, length: int) -> None:
        if length == 0:
            raise ProtocolError("A frame is empty: it has not even a type.")
        if length > self._length_max:
            raise ProtocolError(
                f"A frame says it takes {length} bytes, at most {self._length_max} are allowed."
            )


def _decode(row: _Row, body: bytes) -> Message:
    """The message that a body holds, exactly."""
    values: list[Any] = []
    at = 0
    name = ""
    try:
        for name, kind, limit in row.readers:
            value, at = kind.read(body, at, limit)
            values.append(value)
            if row.greeting and name == "magic" and value != MAGIC_NUMBER:
                raise ProtocolError("does not have the magic of dunnage")
            if row.greeting and name == "wire_version" and value != WIRE_VERSION:
                return _of_another_version(row, values)
    except ProtocolError as error:
        raise ProtocolError(f"{row.name}.{name} {error.message}.") from None
    except struct.error:
        raise ProtocolError(f"{row.name}.{name} is cut off by the end of its frame.") from None
    if at != len(body):
        raise ProtocolError(f"{row.name} has {len(body) - at} bytes behind its last field.")
    return row.make(*values)


def _of_another_version(row: _Row, values: list[Any]) -> Message:
    """A greeting of which only what all versions share is known; the rest is empty."""
    unread = row.readers[len(values) :]
    return row.make(*values, *(kind.empty for _, kind, _ in unread))
