"""Directories in which rustc finds libraries by itself, and what of them counts as an input.

Crates there count always. Native libraries count where nobody else says which of them rustc reads. A unit that is
observed, and neither linked nor one that bundles what other crates brought along, says it itself: an archive that
rustc opens joins the path set, one that it looks for in vain joins as absent. So the units above a crate with native
code do not depend on that code, of which no two places have the same bytes.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from dunnage.model.unit import SearchDir

NATIVE_SUFFIXES: Final = (".a", ".lib")
"""Of libraries that rustc itself reads."""

CRATE_SUFFIXES: Final = (".rlib", ".rmeta", ".so", ".dylib", ".dll")


def searched(kind: str, place: str) -> SearchDir:
    """What `-L kind=place` stands for; kinds without crates are all native to rustc."""
    suffixes = {"crate": CRATE_SUFFIXES, "all": NATIVE_SUFFIXES + CRATE_SUFFIXES}
    return SearchDir(f"-L {kind}", place, suffixes.get(kind, NATIVE_SUFFIXES))


def is_archive(path: str) -> bool:
    """Whether a file is called like a native library that rustc reads."""
    return path.endswith(NATIVE_SUFFIXES)


def without_archives(directories: Sequence[SearchDir]) -> list[SearchDir]:
    """The same directories, for a unit that shows which native libraries it reads."""
    return [
        replace(directory, suffixes=tuple(s for s in directory.suffixes if s not in NATIVE_SUFFIXES))
        for directory in directories
    ]


def shows_archives(directories: Sequence[SearchDir]) -> bool:
    """Whether directories are such (also where there are none)."""
    return not any(suffix in NATIVE_SUFFIXES for directory in directories for suffix in directory.suffixes)
