"""A path set: what one run of a unit depended on besides its command line."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PathSet:
    """Files that were read, files that were looked for in vain, variables that were read.

    Paths are written relative to their root (`keys.roots.Roots.relative`), sorted, without duplicates.
    """

    files: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
