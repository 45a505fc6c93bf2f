"""From what a run of rustc was seen to look at to what joins its path set, beyond what dep-info and the linker say.

    read, looked at, run as a program    a regular file: its contents count; nothing there: that counts;
                                         a directory or anything else: that it is one counts
    listed                               the names in the directory
    a variable's name                    its value, as with `env!`
    a child program of a macro           the program, the libraries in it, and the whole environment, because a shell
                                         takes all of it without asking for a name
    a file that a macro wrote            cannot be given back on a hit: not stored
    what cannot be followed              not stored: the network, the clock, the machine's name, a pipe, a program
                                         without the library

What is left out, because rustc itself looks at it: `compilers.rustc.own_reads`. rustc asks for the clock only with
`-C incremental` and in nightlies, and how many processors there are says nothing about what it makes; a child of a
macro may do neither, unless it is one of `BOOKKEEPERS`, or git and says no time (`engine.git_words`).
"""

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from dunnage.compilers.rustc.own_reads import OwnReads, is_own_variable, is_system_library
from dunnage.engine.git_words import is_idle_question
from dunnage.engine.subject import Missed, Subject
from dunnage.keys.ambient import is_ambient
from dunnage.model.path_set import ALL_VARIABLES
from dunnage.model.seen import Seen
from dunnage.model.view import View, exists, is_directory, is_regular
from dunnage.wire.seen_parse import SeenError, parse_seen

BOOKKEEPERS: Final[dict[str, str]] = {
    "cargo": "notes when it used what, and says nothing of time (`cargo metadata`, `cargo locate-project`)",
    "rustup": "becomes cargo or rustc, and asks which of them runs here",
    "rustc": "as when it is no child",
}
"""Programs that ask for the time and about the machine and do not say what they heard: macros run them to find the
workspace."""


@dataclass(slots=True)
class Observed:
    """What joins a path set. All paths are absolute."""

    files: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    env: list[str] = field(default_factory=list)
    missed: Missed | None = None
    """Why the result cannot be stored, unless something weightier says so first."""


def observe(view: View, subject: Subject, notes: bytes | None) -> Observed:
    """What a run looked at, from the notes in its memory file.

    Raises:
        ViewGone.
    """
    try:
        seen = None if notes is None else parse_seen(notes, last_program_only=True)
    except SeenError as error:
        return Observed(missed=Missed("macro-unobserved", str(error)))
    if seen is None or seen.first is None:
        return Observed(missed=Missed("macro-unobserved"))
    sysroot = subject.roots.place("sysroot") or subject.toolchain.sysroot
    own = OwnReads(subject.unit, sysroot, subject.env)
    found = Observed(env=[name for name in seen.env if not is_own_variable(name)])
    children = _children(seen)
    if children:
        # They were most likely the ones to ask for the terminal: nobody does inside of rustc.
        found.env = [*(name for name in found.env if not is_ambient(name)), ALL_VARIABLES]
    libraries = seen.libraries if children else (p for p in seen.libraries if not is_system_library(p))
    looked = _others(own, (*seen.read, *seen.looked, *seen.programs, *libraries))
    listed = _others(own, {path.rstrip("/") or "/" for path in seen.listed})
    _sort(view, own, found, looked, listed, seen.read)
    found.missed = _unfollowed(subject, own, seen, children) or found.missed
    return found


def _children(seen: Seen) -> set[int]:
    """Processes other than rustc that ran a program."""
    return {process.pid for process in seen.by_pid.values() if process.program} - {seen.first_pid}


def _others(own: OwnReads, paths: Iterable[str]) -> list[str]:
    return sorted({path for path in paths if not own.is_read(path)})


def _sort(
    view: View, own: OwnReads, found: Observed, looked: list[str], listed: list[str], read: Iterable[str]
) -> None:
    """By what is there: files, nothing, or something else."""
    names = set(listed)
    for path, record in zip(looked, view.stat(looked), strict=True):
        if path in names:
            continue
        if is_regular(record):
            found.files.append(path)
        elif not exists(record):
            found.absent.append(path)
        else:
            if not own.is_above(path):
                found.places.append(path)
            if path in read and not is_directory(record):
                found.missed = Missed("macro-unseen", f"it read {path}, which is no file")
    for path, record in zip(listed, view.stat(listed), strict=True):
        kind = found.listed if is_directory(record) else found.places if exists(record) else found.absent
        (found.files if is_regular(record) else kind).append(path)


def _unfollowed(subject: Subject, own: OwnReads, seen: Seen, children: set[int]) -> Missed | None:
    """What makes a result one that no key can stand for."""
    wrote = sorted(path for path in seen.wrote if not own.is_written(path))
    if wrote:
        return Missed("macro-wrote", wrote[0])
    for program, word in sorted(seen.unseen):
        if word == "exec" and own.is_driver(program):
            continue
        by_child = any(
            word in seen.by_pid[pid].unseen and seen.by_pid[pid].program == program for pid in children
        )
        if word in ("clock", "cores", "machine") and posixpath.basename(program) in BOOKKEEPERS and by_child:
            continue
        if by_child and is_idle_question(seen, program, word):
            continue
        if word == "cores" and not by_child:
            continue
        if word == "clock" and not by_child and _asks_itself(subject):
            continue
        return Missed("macro-unseen", f"{word}: {posixpath.basename(program) or 'a forked process'}")
    return None


def _asks_itself(subject: Subject) -> bool:
    """Whether rustc asks for the time without a macro's doing: for the names of incremental sessions, and in a nightly
    for that of the report that it would write if it crashed. A macro that asks cannot be told apart there.
    """
    version = subject.toolchain.version
    return subject.unit.incremental is not None or "-nightly" in version or "-dev" in version
