"""Sources that ask their compiler for the time: `__DATE__` in C, `string(TIMESTAMP …)` in CMake.

Compilers ask for the time whatever they compile, so it is the source that tells whether an output has it. Only what a
package brings along is searched: a system's headers do not do that.
"""

import os
import posixpath
import re
from collections.abc import Sequence
from typing import Final

from dunnage import limits
from dunnage.engine.run_verdict import within
from dunnage.model.view import View

_C: Final = re.compile(rb"\b__(DATE|TIME|TIMESTAMP)__\b")
_CMAKE: Final = re.compile(rb"(?i)\bstring\s*\(\s*TIMESTAMP\b|%DATE%|%TIME%")
_C_SUFFIXES: Final = ".c .cc .cpp .cxx .h .hh .hpp .hxx .inc .inl .m .mm .s .S .def"
_SUFFIXES: Final = {
    **dict.fromkeys(_C_SUFFIXES.split(), _C),
    **dict.fromkeys((".cmake", ".txt", ".in"), _CMAKE),
}
_LINE_OVERLAP_BYTES: Final = 64


def may_ask(path: str) -> bool:
    """Whether a file is a source that a package brings along."""
    _, suffix = posixpath.splitext(path)
    return suffix in _SUFFIXES and not any(within(path, place) for place in ("/usr", "/lib", "/opt", "/nix"))


def asks_for_the_time(view: View, paths: Sequence[str]) -> str | None:
    """The first of these files that does; None where none does.

    Raises:
        ViewGone.
    """
    for start in range(0, len(paths), limits.FDS_PER_FRAME_MAX):
        batch = paths[start : start + limits.FDS_PER_FRAME_MAX]
        opened = view.open(batch)
        try:
            for path, descriptor in zip(batch, opened, strict=True):
                if descriptor is None or _asks(descriptor, _SUFFIXES[posixpath.splitext(path)[1]]):
                    return path
        finally:
            for descriptor in opened:
                if descriptor is not None:
                    os.close(descriptor)
    return None


def _asks(descriptor: int, pattern: re.Pattern[bytes]) -> bool:
    tail = b""
    offset = 0
    while data := os.pread(descriptor, limits.INLINE_BYTES_MAX, offset):
        if pattern.search(tail + data):
            return True
        tail = data[-_LINE_OVERLAP_BYTES:]
        offset += len(data)
    return False
