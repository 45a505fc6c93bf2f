"""What a linker read, made into a part of the path set: its files, and the places where it looked in vain.

Files that are gone when the link is done must be rustc's own temporary ones. A copy of a crate among those (rustc
leaves members out) stands for the crate itself.
"""

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import Final

from dunnage import limits
from dunnage.compilers.rustc.link_notes import NotesError, parse_link_notes
from dunnage.engine.subject import Missed, Subject
from dunnage.keys.path_sets import absolute
from dunnage.model.view import View, exists, is_regular

_TEMPORARY: Final = re.compile(r"/rustc[A-Za-z0-9]{6}/")
_OBJECT: Final = re.compile(r"\.(o|bc)$")
_LIBRARY: Final = re.compile(r"(lib.+)\.(so|a)$")
_BY_NAME: Final = re.compile(r".*crt.*\.o$|lib.+\.so\.[0-9.]+$")
"""Startup files, and libraries that a linker script names as they are."""
_NOTE: Final = b"--dependency-file="

NOTING: Final = ("-C", f"link-arg=-Wl,--dependency-file=/proc/self/fd/{limits.NOTES_DESCRIPTOR}")
"""What makes rustc's linker note what it reads into the client's memory file."""


def tells_of_the_link(stderr: bytes) -> bool:
    """Whether the compiler's words show a temporary name, or that there were more words: no other run says the same."""
    return _NOTE in stderr or _TEMPORARY.search(stderr.decode("utf-8", "replace")) is not None


def linked_files(view: View, subject: Subject, notes: bytes | None) -> tuple[list[str], list[str]] | Missed:
    """(files that were read, places without a file that would have come first), absolute.

    Raises:
        ViewGone.
    """
    if not notes:
        return Missed("link-unobserved", "no notes")
    unit = subject.unit
    try:
        noted = [absolute(path, unit.cwd) for path in parse_link_notes(notes)]
    except NotesError as error:
        return Missed("link-unobserved", str(error))
    files: list[str] = []
    for path, record in zip(noted, view.stat(noted), strict=True):
        if exists(record):
            files.append(path)
        elif path.endswith(".rlib") and _TEMPORARY.search(path):
            crate = _crate(view, subject, posixpath.basename(path))
            if crate is None:
                return Missed("link-unobserved", path)
            files.append(crate)
        elif not _is_own(path, subject):
            return Missed("link-unobserved", path)
    return _with_others(view, subject, files)


def _is_own(path: str, subject: Subject) -> bool:
    """Whether rustc made this file for the link and has removed it."""
    if _TEMPORARY.search(path):
        return True
    link = subject.unit.link
    assert link is not None
    name = posixpath.basename(path)
    return name.startswith(f"{link.stem}.") and _OBJECT.search(name) is not None


def _crate(view: View, subject: Subject, name: str) -> str | None:
    """The crate that a temporary copy was made of."""
    named = [item.path for item in subject.inputs if posixpath.basename(item.path) == name]
    places = [*named, *(f"{directory}/{name}" for directory in subject.unit.library_dirs)]
    records = view.stat(places)
    return next((path for path, record in zip(places, records, strict=True) if is_regular(record)), None)


def _with_others(view: View, subject: Subject, files: list[str]) -> tuple[list[str], list[str]] | Missed:
    """Where else the linker looked: a file there now counts, too, and its absence does where there is none.

    lld writes `a/x/../b` as `a/b`, which is another file where `x` is a link: the long form stands in the list of
    directories and is one of the places.
    """
    link, linker = subject.unit.link, subject.linker
    assert link is not None
    assert linker is not None
    search = list(dict.fromkeys((*link.search_dirs, *linker.search)))
    known = set(files)
    others = list(
        dict.fromkeys(place for path in files for place in _places(path, search) if place not in known)
    )
    if len(others) > limits.ABSENT_PER_LINK_MAX:
        return Missed("link-unobserved", "too many places")
    absent: list[str] = []
    for place, record in zip(others, view.stat(others), strict=True):
        if is_regular(record):
            files.append(place)
        elif not exists(record):
            absent.append(place)
    return files, absent


def _places(path: str, search: Sequence[str]) -> Iterator[str]:
    """Where a library or a startup file could also have been found: in the directories in front of its own."""
    directory, name = posixpath.split(path)
    library = _LIBRARY.fullmatch(name)
    if library is None and not _BY_NAME.match(name):
        return
    names = [f"{library[1]}.so", f"{library[1]}.a"] if library else [name]
    here = posixpath.normpath(directory)
    for place in search:
        yield from (f"{place}/{other}" for other in names)
        if posixpath.normpath(place) == here:
            return
