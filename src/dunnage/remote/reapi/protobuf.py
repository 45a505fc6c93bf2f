"""Protocol buffers, as much of them as the Remote Execution API needs (https://protobuf.dev/programming-guides/encoding).

A message is a frozen dataclass whose annotations are the table: each says what a field holds, and its number.

    @dataclass(frozen=True, slots=True)
    class CasDigest:
        hash: Annotated[str, At(1)] = ""
        size_bytes: Annotated[int, At(2)] = 0

`int` (64 bits, or 32), `bool`, `str`, `bytes`, and `X | None` for a message; `tuple[…, ...]` for many. As in proto3, a
field that has its default is not written, and one that is not there has its default. Unknown fields, and known ones of
another wire type, are skipped. Everything that comes is checked: each length against what is left, each varint against
ten bytes, each text against UTF-8.
"""

import dataclasses
from collections.abc import Hashable, Iterator
from enum import Enum, auto
from functools import cache
from typing import Any, Final, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

from dunnage.errors import RemoteDamaged

M = TypeVar("M", bound=Hashable)

_VARINT, _FIXED64, _BYTES, _GROUP, _END_GROUP, _FIXED32 = range(6)
_NUMBER_MAX: Final = (1 << 29) - 1
_GROUPS_DEEP_MAX: Final = 32
"""Groups in groups: no message of ours has one, and what nobody reads may not cost a stack."""


@dataclasses.dataclass(frozen=True, slots=True)
class At:
    """Where a field stands."""

    number: int
    bits: int = 64
    """Of an `int`; 32 for enums, too: proto3 keeps numbers that it does not know."""


class _Kind(Enum):
    """What a field holds."""

    INT64 = auto()
    INT32 = auto()
    BOOL = auto()
    STRING = auto()
    BYTES = auto()
    MESSAGE = auto()


_KINDS: Final = {bool: _Kind.BOOL, str: _Kind.STRING, bytes: _Kind.BYTES}


class _Row(NamedTuple):
    """A field of a message."""

    name: str
    kind: _Kind
    many: bool
    of: type[Any] | None
    """The message in it."""


@cache
def _rows(of: type[Hashable]) -> dict[int, _Row]:
    """The table of a message, by number."""
    rows = {}
    for name, hint in get_type_hints(of, include_extras=True).items():
        held, at = get_args(hint)
        many = get_origin(held) is tuple
        inner = get_args(held)[0] if get_args(held) else held  # of `tuple[X, ...]` and `X | None`
        if isinstance(inner, type) and dataclasses.is_dataclass(inner):
            rows[at.number] = _Row(name, _Kind.MESSAGE, many, inner)
        elif inner is int:
            rows[at.number] = _Row(name, _Kind.INT32 if at.bits == 32 else _Kind.INT64, many, None)
        else:
            rows[at.number] = _Row(name, _KINDS[inner], many, None)
    return rows


# --- writing --------------------------------------------------------------------------------------


def encode(value: Hashable) -> bytes:
    """The bytes of a message."""
    parts: list[bytes] = []
    for number, row in _rows(type(value)).items():
        held = getattr(value, row.name)
        if row.many and row.kind is _Kind.INT32:
            if held:
                _put_bytes(parts, number, b"".join(map(varint, held)))  # packed
        elif row.many:
            for each in held:
                _put(parts, number, row.kind, each)
        elif held or (row.of is not None and held is not None):
            _put(parts, number, row.kind, held)
    return b"".join(parts)


def _put(parts: list[bytes], number: int, kind: _Kind, held: Any) -> None:  # noqa: ANN401
    match kind:
        case _Kind.INT64 | _Kind.INT32 | _Kind.BOOL:
            parts += varint(number << 3 | _VARINT), varint(int(held))
        case _Kind.STRING:
            _put_bytes(parts, number, held.encode())
        case _Kind.BYTES:
            _put_bytes(parts, number, held)
        case _Kind.MESSAGE:
            _put_bytes(parts, number, encode(held))


def _put_bytes(parts: list[bytes], number: int, data: bytes) -> None:
    parts += varint(number << 3 | _BYTES), varint(len(data)), data


def varint(number: int) -> bytes:
    """A number, seven bits a byte, the lowest first; a negative one as 64 bits."""
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


# --- reading --------------------------------------------------------------------------------------


def decode(of: type[M], data: bytes | memoryview) -> M:
    """The message in these bytes. RemoteDamaged: there is none."""
    rows = _rows(of)
    found: dict[str, Any] = {}
    for number, wire, held in _fields(memoryview(data)):
        if number in rows:
            _take(found, rows[number], wire, held)
    for row in rows.values():
        if row.of is not None and not row.many and row.name in found:
            found[row.name] = decode(row.of, found[row.name])
    return of(**{name: tuple(held) if isinstance(held, list) else held for name, held in found.items()})


def _take(found: dict[str, Any], row: _Row, wire: int, held: int | memoryview) -> None:
    """Note what a known field holds, unless it is of a wire type that it cannot have."""
    if row.many:
        values: list[Any] = found.setdefault(row.name, [])
        if row.kind is _Kind.INT32 and isinstance(held, memoryview) and wire == _BYTES:  # packed
            at = 0
            while at < len(held):
                number, at = _varint_at(held, at)
                values.append(_scalar(row.kind, number))
        elif row.of is not None and wire == _BYTES:
            assert isinstance(held, memoryview)
            values.append(decode(row.of, held))
        elif _fits(row.kind, wire):
            values.append(_scalar(row.kind, held))
    elif row.of is not None and wire == _BYTES:
        assert isinstance(held, memoryview)
        found[row.name] = found.get(row.name, b"") + bytes(held)  # a message that comes in two parts is one
    elif row.of is None and _fits(row.kind, wire):
        found[row.name] = _scalar(row.kind, held)


def _fits(kind: _Kind, wire: int) -> bool:
    return wire == (_VARINT if kind in {_Kind.INT64, _Kind.INT32, _Kind.BOOL} else _BYTES)


def _scalar(kind: _Kind, held: int | memoryview) -> object:
    if isinstance(held, int):
        if kind is _Kind.BOOL:
            return bool(held)
        bits = 32 if kind is _Kind.INT32 else 64
        held &= (1 << bits) - 1
        return held - (1 << bits) if held >> (bits - 1) else held
    if kind is _Kind.BYTES:
        return bytes(held)
    try:
        return str(held, "utf-8")
    except UnicodeDecodeError:
        raise _damaged("a text that is none") from None


def _fields(data: memoryview) -> Iterator[tuple[int, int, int | memoryview]]:
    """The fields of a message: number, wire type, and what they hold."""
    at = 0
    while at < len(data):
        number, wire, at = _tag_at(data, at)
        if wire == _VARINT:
            value, at = _varint_at(data, at)
            yield number, wire, value
        elif wire == _GROUP:
            at = _after_group(data, at, number)
        else:
            start, at = _span_at(data, at, wire)
            yield number, wire, data[start:at]


def _tag_at(data: memoryview, at: int) -> tuple[int, int, int]:
    """Number and wire type of the field that begins there, and where what it holds begins."""
    tag, at = _varint_at(data, at)
    number = tag >> 3
    if not 0 < number <= _NUMBER_MAX:
        raise _damaged("a field with a number that is none")
    return number, tag & 7, at


def _span_at(data: memoryview, at: int, wire: int) -> tuple[int, int]:
    """Where something that is neither a varint nor a group begins and ends."""
    if wire == _BYTES:
        length, at = _varint_at(data, at)
    elif wire in {_FIXED32, _FIXED64}:
        length = 4 if wire == _FIXED32 else 8
    else:
        raise _damaged("a field of a type that is none")
    if length > len(data) - at:
        raise _damaged("less than it says")
    return at, at + length


def _after_group(data: memoryview, at: int, number: int) -> int:
    """Where a group ends that nobody reads."""
    within = [number]
    while within:
        number, wire, at = _tag_at(data, at)
        if wire == _VARINT:
            _, at = _varint_at(data, at)
        elif wire == _GROUP:
            within.append(number)
            if len(within) > _GROUPS_DEEP_MAX:
                raise _damaged("groups in groups")
        elif wire == _END_GROUP:
            if within.pop() != number:
                raise _damaged("a group that does not end")
        else:
            _, at = _span_at(data, at, wire)
    return at


def _varint_at(data: memoryview, at: int) -> tuple[int, int]:
    """The number that begins there, and where it ends."""
    number = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number & (1 << 64) - 1, at  # as the `protobuf` library reads ten bytes that hold more
    raise _damaged("a number that does not end")


def _damaged(what: str) -> RemoteDamaged:
    return RemoteDamaged(f"What came is no message of the Remote Execution API: it has {what}.")
