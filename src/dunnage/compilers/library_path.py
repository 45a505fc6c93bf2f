"""LD_LIBRARY_PATH as cargo sets it: which of its directories count."""

import re
from typing import Final

NAME: Final = "LD_LIBRARY_PATH"

_UNITS_DIRECTORY: Final = re.compile(r"/build/[^/:]+/[0-9a-f]{16}/out$")
"""In its newer layout cargo puts the directory of some unit of the build in front, another one each time: nothing that
is the same in two builds without a cache can depend on it."""


def directories(name: str, value: str) -> list[str]:
    """The parts of a variable's value that count, in order; all of them unless `name` is `NAME`."""
    parts = value.split(":")
    return [part for part in parts if not _UNITS_DIRECTORY.search(part)] if name == NAME else parts
