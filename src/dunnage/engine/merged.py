"""The crates that rustc itself takes into an output: with LTO, and where it packs debug information.

No linker tells of them, because what it gets was made of all of them together. They follow from the crates that the
command line names: each names its own dependencies, and those are looked for in the directories where rustc finds them.
Their contents count, because what a crate's users know of it does not say what is in its objects.
"""

import os
import re
from collections.abc import Mapping, Sequence
from functools import partial

from dunnage.compilers.rustc.archive import ArchiveError
from dunnage.compilers.rustc.crates import CRATE_SUFFIXES, has_hash, mark_of, marks, marks_in, stem_of
from dunnage.engine.subject import Missed, Subject
from dunnage.model.view import View

_Marks = Mapping[str, set[bytes]]
"""By path, the marks in a file."""


def merged_crates(view: View, subject: Subject) -> list[str] | Missed:
    """The crates, absolute, that may be among an output's own code; none where the unit takes in none.

    Raises:
        ViewGone; OSError, ArchiveError: a library cannot be read.
    """
    if not subject.unit.merges_crates:
        return []
    named = [item.path for item in subject.inputs if item.role.startswith("extern ")]
    named = [path for path in named if path.endswith(CRATE_SUFFIXES)]
    there = _candidates(view, subject)
    nameless = [path for path in {*named, *there} if not has_hash(stem_of(path))]
    wanted = marks(map(stem_of, nameless))
    # One that does not show its own mark may be meant wherever that mark is not found.
    own = _read(view, nameless, wanted, skipping=True)
    unknown = {path for path, found in own.items() if mark_of(stem_of(path)) not in found}
    by_mark: dict[bytes, set[str]] = {}
    for path in there:
        by_mark.setdefault(mark_of(stem_of(path)), set()).add(path)
    known: set[str] = set()
    waiting = {*named, *unknown}
    seen: dict[str, set[bytes]] = {}
    while waiting:
        known |= waiting
        read = _read(view, sorted(waiting), wanted)
        for path, found in read.items():
            seen.setdefault(stem_of(path), set()).update(found)
        waiting = {
            path for found in read.values() for mark in found for path in by_mark.get(mark, ())
        } - known
    if odd := [stem for stem, found in seen.items() if has_hash(stem) and mark_of(stem) not in found]:
        return Missed("link-unobserved", f"the metadata of {min(odd)}")
    return sorted(path for path in known.difference(named) if path.endswith(".rlib"))


def _candidates(view: View, subject: Subject) -> list[str]:
    """All crates in the directories where rustc finds indirect ones."""
    own = {output.path for output in subject.unit.outputs}
    places = [
        f"{directory}/{entry.name}"
        for directory in dict.fromkeys(subject.unit.library_dirs)
        for entry in view.entries(directory) or ()
        if not entry.is_dir and entry.name.endswith(CRATE_SUFFIXES)
    ]
    return [place for place in places if place not in own]


def _read(view: View, paths: Sequence[str], wanted: re.Pattern[bytes], *, skipping: bool = False) -> _Marks:
    """The marks in the metadata of all of them.

    `skipping`: without those that cannot be read. Somebody is writing them at this moment, so this is not what rustc
    read, which is done.
    """
    descriptors = view.open(paths)
    found: dict[str, set[bytes]] = {}
    try:
        for path, descriptor in zip(paths, descriptors, strict=True):
            try:
                found[path] = _marks_of(path, descriptor, wanted)
            except (OSError, ArchiveError):
                if not skipping:
                    raise
    finally:
        for descriptor in descriptors:
            if descriptor is not None:
                os.close(descriptor)
    return found


def _marks_of(path: str, descriptor: int | None, wanted: re.Pattern[bytes]) -> set[bytes]:
    if descriptor is None:
        raise OSError(f"{path} cannot be opened")
    return marks_in(path, partial(_pread, descriptor), os.fstat(descriptor).st_size, wanted)


def _pread(descriptor: int, offset: int, size: int) -> bytes:
    return os.pread(descriptor, size, offset)
