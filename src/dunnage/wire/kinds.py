"""The kinds of fields: how each is read from a body and written into one, a row each in `KINDS`.

A reader gets the body, where the field begins and the limit of its u32 (None: the frame's own holds), and
gives the value and where the next field begins. It may raise `ProtocolError` with the end of a sentence (the
codec says of which field), or `struct.error` for a field that is cut off. It never returns a place beyond the
end of the body.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple

from dunnage import limits
from dunnage.errors import ProtocolError
from dunnage.model.digest import DIGEST_BYTES
from dunnage.wire.messages import STAT_RECORD, EntryKind, Field, FileSource, RunFlag, Stream, WriteFile

Append = Callable[[bytes], None]
Read = Callable[[bytes, int, int | None], tuple[Any, int]]
Write = Callable[[Append, Any, int | None], None]

_U8: Final = struct.Struct("<B")
_U32: Final = struct.Struct("<I")
_I32: Final = struct.Struct("<i")
_U8_BLOB: Final = struct.Struct("<BI")
_FILE: Final = struct.Struct("<BBI")
_RECORD_BYTES: Final = STAT_RECORD.size
_DIGEST_CHARS: Final = 2 * DIGEST_BYTES


class Kind(NamedTuple):
    """A row: how a field of this kind is read and written."""

    read: Read
    write: Write
    empty: Any
    """The value where a field is not read at all (`messages.GREETINGS`)."""
    fixed_bytes: int
    """Bytes that every field of this kind takes."""
    entry_bytes: int | None = 0
    """Bytes for each of what its u32 counts; None where entries differ."""


def limit_of(name: str) -> int | None:
    """The number behind a limit's name, None behind no name."""
    return int(getattr(limits, name)) if name else None


def body_bytes_max(fields: Iterable[Field]) -> int | None:
    """What a body with these fields takes at most, None when only its frame bounds it."""
    total = 0
    for field in fields:
        kind, limit = KINDS[field.kind], limit_of(field.limit)
        total += kind.fixed_bytes
        if kind.entry_bytes is None or (kind.entry_bytes and limit is None):
            return None
        total += kind.entry_bytes * (limit or 0)
    return total


# --- reading --------------------------------------------------------------------------------------


def _counted(body: bytes, at: int, limit: int | None, entry_bytes: int, what: str) -> tuple[int, int]:
    """A u32 that counts entries of at least so many bytes; checked before anything is made of it."""
    (count,) = _U32.unpack_from(body, at)
    at += 4
    if limit is not None and count > limit:
        raise ProtocolError(f"says it has {count} {what}, at most {limit} are allowed")
    if count * entry_bytes > len(body) - at:
        raise ProtocolError(f"says it has {count} {what}, more than its frame has room for")
    return count, at


def _integer(layout: struct.Struct) -> Kind:
    """The kind of an integer that may have every value."""

    def read(body: bytes, at: int, _limit: int | None) -> tuple[int, int]:
        return layout.unpack_from(body, at)[0], at + layout.size

    def write(append: Append, value: int, _limit: int | None) -> None:
        try:
            append(layout.pack(value))
        except struct.error:
            raise ProtocolError(f"is {value}, which does not fit into {layout.size} bytes") from None

    return Kind(read, write, 0, layout.size)


def _range(layout: struct.Struct, highest: int) -> Kind:
    """The kind of an integer from 0 to `highest`."""

    def check(value: int) -> int:
        if not 0 <= value <= highest:
            raise ProtocolError(f"is {value}, not 0 to {highest}")
        return value

    def read(body: bytes, at: int, _limit: int | None) -> tuple[int, int]:
        return check(layout.unpack_from(body, at)[0]), at + layout.size

    def write(append: Append, value: int, _limit: int | None) -> None:
        append(layout.pack(check(value)))

    return Kind(read, write, 0, layout.size)


def _member(number: int, members: type[IntEnum]) -> int:
    """A number that must be in a closed set."""
    if number not in members._value2member_map_:
        raise ProtocolError(f"has the {members.__name__} {number}, which does not exist")
    return number


def _read_stream(body: bytes, at: int, _limit: int | None) -> tuple[int, int]:
    return _member(_U8.unpack_from(body, at)[0], Stream), at + 1


def _read_blob(body: bytes, at: int, limit: int | None) -> tuple[bytes, int]:
    size, at = _counted(body, at, limit, 1, "bytes")
    return body[at : at + size], at + size


def _read_text(body: bytes, at: int, limit: int | None) -> tuple[str, int]:
    data, at = _read_blob(body, at, limit)
    if b"\0" in data:
        raise ProtocolError("has a NUL byte in a text")
    return data.decode("utf-8", "surrogateescape"), at


def _read_texts(body: bytes, at: int, limit: int | None) -> tuple[Sequence[str], int]:
    # HELLO has some 150 of them: no step is taken for each.
    count, at = _counted(body, at, limit, 1, "strings")
    size, at = _counted(body, at, None, 1, "bytes of strings")
    end = at + size
    block = body[at:end]
    if (ended := block.count(0)) != count:
        raise ProtocolError(f"says it has {count} strings, but NUL bytes end {ended}")
    if size and block[-1]:
        raise ProtocolError("has a string that no NUL byte ends")
    texts = block.decode("utf-8", "surrogateescape").split("\0")
    del texts[-1]
    return texts, end


def _read_errnos(body: bytes, at: int, limit: int | None) -> tuple[Sequence[int], int]:
    count, at = _counted(body, at, limit, 4, "errnos")
    return struct.unpack_from(f"<{count}I", body, at), at + 4 * count


def _read_stats(body: bytes, at: int, limit: int | None) -> tuple[Sequence[bytes], int]:
    count, at = _counted(body, at, limit, _RECORD_BYTES, "records")
    end = at + count * _RECORD_BYTES
    return [body[i : i + _RECORD_BYTES] for i in range(at, end, _RECORD_BYTES)], end


def _read_names(body: bytes, at: int, limit: int | None) -> tuple[Sequence[tuple[int, str]], int]:
    count, at = _counted(body, at, limit, _U8_BLOB.size, "names")
    names: list[tuple[int, str]] = []
    for _ in range(count):
        kind = _member(_U8.unpack_from(body, at)[0], EntryKind)
        name, at = _read_text(body, at + 1, None)
        names.append((kind, name))
    return names, at


def _read_files(body: bytes, at: int, limit: int | None) -> tuple[Sequence[WriteFile], int]:
    count, at = _counted(body, at, limit, 4 + _FILE.size + 4, "files")
    files: list[WriteFile] = []
    for _ in range(count):
        path, at = _read_text(body, at, None)
        executable, source, _size = _FILE.unpack_from(body, at)
        if executable > 1:
            raise ProtocolError(f"has a file whose executable byte is {executable}, not 0 or 1")
        source = FileSource(_member(source, FileSource))
        data, at = _read_blob(body, at + 2, limits.INLINE_BYTES_MAX)
        notice, at = _read_blob(body, at, limits.NOTICE_BYTES_MAX)
        files.append(_file(WriteFile(path, executable == 1, source, data, notice)))
    return files, at


def _file(file: WriteFile) -> WriteFile:
    """A file whose parts agree."""
    if file.source in (FileSource.DESCRIPTOR, FileSource.LENT) and file.data:
        raise ProtocolError("has a file with a descriptor and data, too")
    if not _fits(file):
        raise ProtocolError(f"has a file from {file.source.name} with data that it cannot have")
    return file


def _fits(file: WriteFile) -> bool:
    match file.source:
        case FileSource.LAUNCHER:
            return len(file.data) == _DIGEST_CHARS
        case FileSource.DIRECTORY:
            return not file.data
        case FileSource.SYMLINK | FileSource.RENAME:
            return bool(file.data) and b"\0" not in file.data
        case _:
            return True


# --- writing --------------------------------------------------------------------------------------


def _write_count(append: Append, count: int, limit: int | None, what: str) -> None:
    if count > (0xFFFF_FFFF if limit is None else limit):
        raise ProtocolError(f"has {count} {what}, at most {limit} are allowed")
    append(_U32.pack(count))


def _write_stream(append: Append, value: int, _limit: int | None) -> None:
    append(_U8.pack(_member(value, Stream)))


def _write_blob(append: Append, value: bytes, limit: int | None) -> None:
    _write_count(append, len(value), limit, "bytes")
    append(value)


def _bytes_of(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise ProtocolError("has a text that stands for no bytes") from None


def _write_text(append: Append, value: str, limit: int | None) -> None:
    data = _bytes_of(value)
    if b"\0" in data:
        raise ProtocolError("has a NUL byte in a text")
    _write_blob(append, data, limit)


def _write_texts(append: Append, value: Sequence[str], limit: int | None) -> None:
    _write_count(append, len(value), limit, "strings")
    block = _bytes_of("\0".join((*value, "")))
    if block.count(0) != len(value):
        raise ProtocolError("has a NUL byte in a text")
    _write_blob(append, block, None)


def _write_errnos(append: Append, value: Sequence[int], limit: int | None) -> None:
    _write_count(append, len(value), limit, "errnos")
    append(struct.pack(f"<{len(value)}I", *value))


def _write_stats(append: Append, value: Sequence[bytes], limit: int | None) -> None:
    _write_count(append, len(value), limit, "records")
    for record in value:
        assert len(record) == _RECORD_BYTES
        append(record)


def _write_names(append: Append, value: Sequence[tuple[int, str]], limit: int | None) -> None:
    _write_count(append, len(value), limit, "names")
    for kind, name in value:
        append(_U8.pack(_member(kind, EntryKind)))
        _write_text(append, name, None)


def _write_files(append: Append, value: Sequence[WriteFile], limit: int | None) -> None:
    _write_count(append, len(value), limit, "files")
    for file in map(_file, value):
        _write_text(append, file.path, None)
        append(bytes((file.executable, file.source)))
        _write_blob(append, file.data, limits.INLINE_BYTES_MAX)
        _write_blob(append, file.notice, limits.NOTICE_BYTES_MAX)


KINDS: Final[dict[str, Kind]] = {
    "u8": _integer(_U8),
    "u16": _integer(struct.Struct("<H")),
    "u32": _integer(_U32),
    "u64": _integer(struct.Struct("<Q")),
    "i64": _integer(struct.Struct("<q")),
    "code": _range(_I32, 255),
    "signal": _range(_I32, 64),
    "flag": _range(_U8, 1),
    "run_flags": _range(_U32, sum(RunFlag)),
    "stream": Kind(_read_stream, _write_stream, Stream.STDOUT, 1),
    "blob": Kind(_read_blob, _write_blob, b"", 4, 1),
    "text": Kind(_read_text, _write_text, "", 4, 1),
    "texts": Kind(_read_texts, _write_texts, (), 8, None),
    "errnos": Kind(_read_errnos, _write_errnos, (), 4, 4),
    "stats": Kind(_read_stats, _write_stats, (), 4, _RECORD_BYTES),
    "names": Kind(_read_names, _write_names, (), 4, None),
    "files": Kind(_read_files, _write_files, (), 4, None),
}
