r"""Names of the members of an `ar` archive: which crates a static library has swallowed, and whether it is whole.

    "!<arch>\n" | "!<thin>\n"                     thin: the members are files elsewhere
    name[16] date[12] uid[6] gid[6] mode[8] size[10] "`\n"   then the member, to an even length
    "/" and "/SYM64/": symbol table;  "//": long names;  "/123": long name at 123;  "#1/20": BSD, name in front of data

A member of a crate is named `<crate><extra-filename>.<codegen unit>.rcgu.o`, so its beginning tells whose it is.
"""

import posixpath
from collections.abc import Callable, Iterable
from typing import Final

_MAGIC: Final = b"!<arch>\n"
_THIN: Final = b"!<thin>\n"
_HEADER_BYTES: Final = 60
_TABLE_BYTES_MAX: Final = 16 * 1024 * 1024

Read = Callable[[int, int], bytes]
"""`read(offset, length)`: bytes of the file, fewer at its end. Only headers and the table of names are read."""


class ArchiveError(ValueError):
    """This is no archive that is understood."""


def is_thin(read: Read) -> bool:
    """Whether this is an archive that only refers to its members."""
    return read(0, len(_THIN)) == _THIN


def members(read: Read, size: int) -> list[str]:
    """The names of all members, in order, tables left out. `size`: of the file, in bytes.

    Raises:
        ArchiveError: no archive, or a damaged one.
    """
    return [name for name, _, _ in located_members(read, size)]


def located_members(read: Read, size: int) -> list[tuple[str, int, int]]:
    """The same with where each begins and how long it is, in bytes.

    Raises:
        ArchiveError: no archive, or a damaged one.
    """
    magic = read(0, len(_MAGIC))
    if magic not in (_MAGIC, _THIN):
        raise ArchiveError("no archive")
    found: list[tuple[str, int, int]] = []
    table = b""
    offset = len(_MAGIC)
    while offset < size:
        name, length = _header(read(offset, _HEADER_BYTES))
        offset += _HEADER_BYTES
        here = magic == _MAGIC or name in ("/", "//", "/SYM64/")
        if here and offset + length > size:
            raise ArchiveError("cut off")
        if name == "//":
            table = read(offset, min(length, _TABLE_BYTES_MAX))
        elif name.startswith("#1/"):
            own = min(_number(name[3:]), length)
            found.append((_text(read(offset, own).rstrip(b"\0")), offset + own, length - own))
        elif name not in ("/", "/SYM64/"):
            full = _long(name, table) if name.startswith("/") else name.removesuffix("/")
            found.append((full, offset, length))
        if here:
            offset += length + length % 2
    return [member for member in found if not member[0].startswith("__.SYMDEF")]


def crate_stems(names: Iterable[str]) -> frozenset[str]:
    """The beginnings of names of objects: `serde-1a2b` for `serde-1a2b.serde.4c5d-cgu.0.rcgu.o`."""
    return frozenset(name.partition(".")[0] for name in names if name.endswith(".o"))


def bundled_rlibs(read: Read, size: int, candidates: Iterable[str]) -> list[str]:
    """Those libraries, by path, whose objects are in a static library.

    Raises:
        ArchiveError: the static library is no archive, or a damaged one.
    """
    stems = crate_stems(members(read, size))
    return [path for path in candidates if _stem(path) in stems]


def _stem(path: str) -> str:
    return posixpath.basename(path).removeprefix("lib").removesuffix(".rlib")


def _header(data: bytes) -> tuple[str, int]:
    if len(data) < _HEADER_BYTES or data[58:] != b"`\n":
        raise ArchiveError("a damaged header")
    return _text(data[:16].rstrip(b" ")), _number(_text(data[48:58].strip(b" ")))


def _long(name: str, table: bytes) -> str:
    start = _number(name[1:])
    if start >= len(table):
        raise ArchiveError("a name outside of the table")
    return _text(table[start:].split(b"\n", 1)[0]).removesuffix("/")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise ArchiveError("a number that is none")
    return int(text)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
