"""Which shared libraries an ELF file asks for, and where it says to look: enough to find what a compiler loads.

Source: System V ABI, chapter 5 (dynamic section), and `ld.so(8)` for RPATH, RUNPATH and $ORIGIN.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_PT_DYNAMIC: Final = 2
_PT_LOAD: Final = 1
_DT_NEEDED: Final = 1
_SHF_COMPRESSED: Final = 0x800
_DT_STRTAB: Final = 5
_DT_RPATH: Final = 15
_DT_RUNPATH: Final = 29
_DYNAMIC_BYTES_MAX: Final = 1 << 20
_STRINGS_BYTES_MAX: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Dynamic:
    """Names of the libraries that are needed, and directories to look in, `$ORIGIN` not yet filled in."""

    needed: tuple[str, ...]
    search: tuple[str, ...]


def dynamic_section(read: Callable[[int, int], bytes]) -> Dynamic | None:
    """Parse what the dynamic linker would; None if this is no dynamic ELF file that is understood.

    `read(offset, size)` returns bytes of the file, fewer at its end.
    """
    try:
        return _parse(read)
    except (struct.error, IndexError, ValueError):
        return None


def _parse(read: Callable[[int, int], bytes]) -> Dynamic | None:
    head = read(0, 64)
    if head[:4] != b"\x7fELF" or head[5] != 1:
        return None
    wide = head[4] == 2
    table, entry_bytes, count = (
        (struct.unpack_from("<Q", head, 32)[0], *struct.unpack_from("<HH", head, 54))
        if wide
        else (struct.unpack_from("<I", head, 28)[0], *struct.unpack_from("<HH", head, 42))
    )
    segments = [
        _segment(read(table + index * entry_bytes, entry_bytes), wide) for index in range(min(count, 64))
    ]
    dynamic = next((s for s in segments if s[0] == _PT_DYNAMIC), None)
    if dynamic is None:
        return None
    tags = _tags(read(dynamic[1], min(dynamic[3], _DYNAMIC_BYTES_MAX)), wide)
    address = next((value for tag, value in tags if tag == _DT_STRTAB), None)
    if address is None:
        return None
    base = next(offset + address - start for kind, offset, start, size in segments
                if kind == _PT_LOAD and start <= address < start + size)  # fmt: skip

    def text(index: int) -> str:
        return read(base + index, _STRINGS_BYTES_MAX).split(b"\0", 1)[0].decode("utf-8", "surrogateescape")

    needed = tuple(text(value) for tag, value in tags if tag == _DT_NEEDED)
    search = [
        part for tag, value in tags if tag in (_DT_RPATH, _DT_RUNPATH) for part in text(value).split(":")
    ]
    return Dynamic(needed, tuple(search))


def has_compressed_sections(read: Callable[[int, int], bytes]) -> bool:
    """Whether an ELF file has sections in which a search finds nothing; False for what is no such file."""
    try:
        head = read(0, 64)
        if head[:4] != b"\x7fELF" or head[5] != 1:
            return False
        wide = head[4] == 2
        table = struct.unpack_from("<Q", head, 40)[0] if wide else struct.unpack_from("<I", head, 32)[0]
        entry_bytes, count = struct.unpack_from("<HH", head, 58 if wide else 46)
        data = read(table, entry_bytes * count)
        flags = struct.Struct("<Q" if wide else "<I")
        return any(
            flags.unpack_from(data, start + 8)[0] & _SHF_COMPRESSED
            for start in range(0, entry_bytes * count, entry_bytes)
        )
    except (struct.error, IndexError, ValueError):
        return True


def _segment(data: bytes, wide: bool) -> tuple[int, int, int, int]:
    """Type, offset, address, size in the file."""
    if wide:
        kind, _flags, offset, address, _physical, size = struct.unpack_from("<IIQQQQ", data)
    else:
        kind, offset, address, _physical, size = struct.unpack_from("<IIIII", data)
    return kind, offset, address, size


def _tags(data: bytes, wide: bool) -> list[tuple[int, int]]:
    pair = struct.Struct("<qQ" if wide else "<iI")
    tags = []
    for tag, value in pair.iter_unpack(data[: len(data) // pair.size * pair.size]):
        if tag == 0:
            break
        tags.append((tag, value))
    return tags
