r"""Which crates a library depends on, as far as that can be told without reading its metadata's format.

A crate's metadata names it and its dependencies in the same way, as plain text, and rustc finds an indirect crate's
file by that. So each file has a mark, which stands in its own metadata and in that of every crate that uses it:

    -0123456789abcdef       what cargo puts behind a crate's name; it is part of the file's name, too
    \4base\xc1              the name, where there is no such thing: its length, its letters, and rustc's end of a string

A text that is there by chance names a file too many, never one too few. That the marks are understood is seen from each
file itself: one without its own mark was written by a rustc that does it in another way.

Source: `rustc_metadata::rmeta::CrateDep`, `rustc_metadata::locator`, `rustc_serialize::opaque`, and what they write; a
test asks rustc itself.
"""

import posixpath
import re
from collections.abc import Iterable
from typing import Final

from dunnage.compilers.rustc.archive import Read, located_members

_NAMED: Final = re.compile(r"-[0-9a-f]{16}$")
_HASH: Final = rb"-[0-9a-f]{16}"
_END_OF_STRING: Final = b"\xc1"
_METADATA: Final = "lib.rmeta"
_CHUNK_BYTES: Final = 1 << 20
_MARK_BYTES_MAX: Final = 256

CRATE_SUFFIXES: Final = (".rlib", ".rmeta")


def stem_of(path: str) -> str:
    """The name that `libx-1.rlib` and `libx-1.rmeta` have in common."""
    return posixpath.basename(path).removeprefix("lib").rpartition(".")[0]


def has_hash(stem: str) -> bool:
    """Whether cargo put something behind the crate's name."""
    return _NAMED.search(stem) is not None


def mark_of(stem: str) -> bytes:
    """What stands in the metadata of this crate and of those that use it."""
    if has_hash(stem):
        return stem[-17:].encode()
    name = stem.encode("utf-8", "surrogateescape")
    return bytes([min(len(name), 127)]) + name + _END_OF_STRING


def marks(without_hash: Iterable[str] = ()) -> re.Pattern[bytes]:
    """What to look for: all marks with a hash, and those of these stems."""
    return re.compile(b"|".join((_HASH, *(re.escape(mark_of(stem)) for stem in sorted(without_hash)))))


def marks_in(path: str, read: Read, size: int, wanted: re.Pattern[bytes]) -> set[bytes]:
    """Those that occur in the metadata of a crate, `.rlib` or `.rmeta` by its name.

    Raises:
        ArchiveError: no archive, or a damaged one.
    """
    if not path.endswith(".rlib"):
        return _search(read, 0, size, wanted)
    found: set[bytes] = set()
    for member, offset, length in located_members(read, size):
        if member == _METADATA:
            found |= _search(read, offset, length, wanted)
    return found


def _search(read: Read, offset: int, length: int, wanted: re.Pattern[bytes]) -> set[bytes]:
    found: set[bytes] = set()
    end, rest = offset + length, b""
    while offset < end and (data := read(offset, min(_CHUNK_BYTES, end - offset))):
        block = rest + data
        found.update(wanted.findall(block))
        offset += len(data)
        rest = block[-_MARK_BYTES_MAX:]
    return found
