"""A path set: what one run of a unit depended on besides its command line."""

from dataclasses import dataclass
from typing import Final

ALL_VARIABLES: Final = "*"
"""In `PathSet.env`: a program took the whole environment, and nobody saw which names it looked at."""

PWD: Final = "PWD"
PWD_HERE: Final = "PWD=."
"""In `PathSet.env`: `PWD` as far as it leads to the working directory (`keys.pwd`). No variable has such a name."""


@dataclass(frozen=True, slots=True)
class PathSet:
    """Files that were read, files that were looked for in vain, variables that were read, and what was looked at.

    Paths are written relative to their root (`keys.roots.Roots.relative`), sorted, without duplicates.
    """

    files: tuple[str, ...] = ()
    """Their contents count."""
    absent: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    """Names, `ALL_VARIABLES`, or `PWD_HERE`."""
    listed: tuple[str, ...] = ()
    """Directories whose names count, with the kind of each (`keys.digests.listing_digest`)."""
    places: tuple[str, ...] = ()
    """What was only looked at and is no regular file: whether it is a directory counts."""
