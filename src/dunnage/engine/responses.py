"""Response files: read through the view, because a command line that is too long for the kernel comes in one."""

import os
from collections.abc import Mapping, Sequence
from typing import Final

from dunnage.keys.path_sets import absolute
from dunnage.model.view import View

_BYTES_MAX: Final = 16 * 1024 * 1024


def read_response_files(view: View, names: Sequence[str], cwd: str) -> Mapping[str, bytes] | None:
    """Contents by name as written; None when one cannot be read or is too large.

    Raises:
        ViewGone.
    """
    contents: dict[str, bytes] = {}
    descriptors = view.open([absolute(name, cwd) for name in names])
    try:
        for name, descriptor in zip(names, descriptors, strict=True):
            if descriptor is None or (size := os.fstat(descriptor).st_size) > _BYTES_MAX:
                return None
            contents[name] = os.pread(descriptor, size, 0)
    except OSError:
        return None
    finally:
        for descriptor in descriptors:
            if descriptor is not None:
                os.close(descriptor)
    return contents
