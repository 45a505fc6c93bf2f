"""What rustc packs into a `.dwp` file: debug information of other crates that it finds by names in what was linked.

Nearly all of it is in the libraries, which count anyway. But a name may also lead to a `.dwo` file on the disk, where a
crate was compiled with `split-debuginfo=unpacked`; one that is not there is passed over in silence. So whatever a name
leads to outside of the libraries counts, there or not.

Source: `rustc_codegen_ssa::back::link::link_dwarf_object`, and the `thorin` crate.
"""

import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Final

from dunnage import limits
from dunnage.compilers.rustc.archive import ArchiveError, members
from dunnage.engine.subject import Missed
from dunnage.model.unit import Unit
from dunnage.model.view import View, exists, is_regular

_CHUNK_BYTES: Final = 1 << 20
_NAME: Final = re.compile(rb"(?<=\0)[^\0]{1,4096}\.dwo(?=\0)")
_SECTION: Final = b".debug_"
"""Sections of such files are named alike."""
_ARCHIVES: Final = (".rlib", ".a")
_LINKED: Final = frozenset({"bin", "test", "proc-macro", "cdylib", "dylib"})


def packed_files(
    view: View, unit: Unit, linked: Mapping[str, int], libraries: Iterable[str]
) -> tuple[list[str], list[str]] | Missed:
    """(files that were read, names that lead nowhere), absolute. `linked`: descriptors of outputs by kind.

    Raises:
        ViewGone; OSError: a library cannot be read.
    """
    names = {name for kind, descriptor in linked.items() if kind in _LINKED for name in _names(descriptor)}
    if unit.listing is not None:
        names = {name for name in names if not posixpath.basename(name).startswith(unit.listing.prefixes)}
    if names:
        inside = _inside(view, libraries)
        names = {name for name in names if posixpath.basename(name) not in inside}
    if relative := [name for name in names if not name.startswith("/")]:
        return Missed("link-unobserved", min(relative))
    places = sorted(names)
    if len(places) > limits.ABSENT_PER_LINK_MAX:
        return Missed("link-unobserved", "too many places")
    records = view.stat(places)
    files = [place for place, record in zip(places, records, strict=True) if is_regular(record)]
    return files, [place for place, record in zip(places, records, strict=True) if not exists(record)]


def _names(descriptor: int) -> Iterator[str]:
    """Names of `.dwo` files in what was linked."""
    offset, rest = 0, b"\0"
    while data := os.pread(descriptor, _CHUNK_BYTES, offset):
        block = rest + data
        for found in _NAME.findall(block):
            if not posixpath.basename(found).startswith(_SECTION):
                yield found.decode("utf-8", "surrogateescape")
        offset += len(data)
        rest = block[-limits.LOOK_BACK_BYTES - 8 :]


def _inside(view: View, libraries: Iterable[str]) -> set[str]:
    """The names of all members of the libraries. Some `.a` files are scripts for a linker and have none."""
    paths = [path for path in libraries if path.endswith(_ARCHIVES)]
    descriptors = view.open(paths)
    found: set[str] = set()
    try:
        for path, descriptor in zip(paths, descriptors, strict=True):
            if descriptor is None:
                raise OSError(f"{path} cannot be opened")
            with suppress(ArchiveError):
                found.update(members(partial(_pread, descriptor), os.fstat(descriptor).st_size))
    finally:
        for descriptor in descriptors:
            if descriptor is not None:
                os.close(descriptor)
    return found


def _pread(descriptor: int, offset: int, size: int) -> bytes:
    return os.pread(descriptor, size, offset)
