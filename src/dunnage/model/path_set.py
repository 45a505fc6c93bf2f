"""A path set: what one run of a unit depended on besides its command line."""

from dataclasses import dataclass
from typing import Final

ALL_VARIABLES: Final = "*"
"""In `PathSet.env`: a program took the whole environment, and nobody saw which names it looked at."""


@dataclass(frozen=True, slots=True)
class PathSet:
    """Files that were read, files that were looked for in vain, variables that were read, and what was looked at.

    Paths are written relative to their root (`keys.roots.Roots.relative`), sorted, without duplicates.
    """

    files: tuple[str, ...] = ()
    """Their contents count."""
    absent: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    """Names, or `ALL_VARIABLES`."""
    listed: tuple[str, ...] = ()
    """Directories whose names count, with the kind of each (`keys.digests.listing_digest`)."""
    places: tuple[str, ...] = ()
    """What was only looked at and is no regular file: whether it is a directory counts."""
