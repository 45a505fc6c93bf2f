"""Response files: read through the view, because a command line that is too long for the kernel comes in one.

Those of gcc and clang may name further ones, so it is asked again until none is missing.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Final

from dunnage.compilers.registry import response_files
from dunnage.keys.path_sets import absolute
from dunnage.model.view import View

_BYTES_MAX: Final = 16 * 1024 * 1024
_FILES_MAX: Final = 64
_ROUNDS_MAX: Final = 17
"""One more than a compiler's files may be deep (`compilers.gnu.response`)."""


def read_response_files(view: View, argv: Sequence[str], cwd: str) -> Mapping[str, bytes] | None:
    """Contents of all response files of a command line, by name as written.

    None when one cannot be read, or they are too many, too deep or too large.

    Raises:
        ViewGone.
    """
    contents: dict[str, bytes] = {}
    for _ in range(_ROUNDS_MAX):
        names = response_files(argv, contents)
        if not names:
            return contents
        if len(contents) + len(names) > _FILES_MAX or not _read(view, names, cwd, contents):
            return None
    return None


def _read(view: View, names: Sequence[str], cwd: str, contents: dict[str, bytes]) -> bool:
    """Add the contents of some files; False when one cannot be read, or all are too large together."""
    left = _BYTES_MAX - sum(map(len, contents.values()))
    descriptors = view.open([absolute(name, cwd) for name in names])
    try:
        for name, descriptor in zip(names, descriptors, strict=True):
            if descriptor is None or (size := os.fstat(descriptor).st_size) > left:
                return False
            contents[name] = os.pread(descriptor, size, 0)
            left -= size
    except OSError:
        return False
    finally:
        for descriptor in descriptors:
            if descriptor is not None:
                os.close(descriptor)
    return True
