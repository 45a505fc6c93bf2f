"""From what a run of gcc or clang was seen to look at to its path set. Nothing else says what it read (ADR 17).

read, looked at, run as a program, loaded    a regular file: its contents count; nothing there: that counts;
                                             a directory or anything else: that it is one counts
listed                                       the names in the directory
a variable's name                            its value, save `compilers.gnu.programs.IGNORED`
written, and gone again                      a temporary file
written, and still there                     an expected output; anything else: not stored
PWD                                          its value where it leads to the working directory (`engine.pwd`)
another program than a driver starts         not stored: a wrapper may do what it likes
read, and no file: a pipe, a descriptor      not stored
what cannot be followed                      not stored. Every cc1 asks for the time, so the texts that it reads
                                             tell whether they do (`keys.macros`)
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from dunnage.compilers.gnu.programs import IGNORED, is_driven
from dunnage.engine.absent import topmost_absent
from dunnage.engine.pwd import of_unit
from dunnage.engine.subject import Missed, Subject
from dunnage.keys.path_sets import joined
from dunnage.keys.pwd import name_here, undecided
from dunnage.model.path_set import PWD, PWD_HERE, PathSet
from dunnage.model.seen import Seen
from dunnage.model.view import View, exists, is_directory, is_regular
from dunnage.wire.seen_parse import SeenError, parse_seen

_KERNELS: Final = re.compile(r"/(proc|sys|dev(?!/shm/))(/.*)?")
"""The process, the machine, chance for temporary names: no files with contents. A source cannot be there: what the
command line names is an input like any other. Below /dev/shm are files."""

_HANDED: Final = re.compile(r"/(dev/(fd/.*|std(in|out|err)|tty.*|pts/.*)|proc/[^/]+(/task/[^/]+)?/fd/.*)")
"""What somebody else hands over, as in `-include <(echo …)`."""


@dataclass(slots=True)
class CReads:
    """What a run looked at."""

    paths: PathSet
    texts: frozenset[str] = field(default_factory=frozenset)
    """All files, absolute: sources, headers, data for these, and programs, which name no macros (`keys.macros`)."""


def c_reads(view: View, subject: Subject, notes: bytes | None) -> CReads | Missed:
    """The path set of a run, from the notes in its memory file; why it cannot be stored.

    Raises:
        ViewGone.
    """
    try:
        seen = None if notes is None else parse_seen(notes)
    except SeenError as error:
        return Missed("compiler-unobserved", str(error))
    if seen is None or seen.first is None:
        return Missed("compiler-unobserved")
    missed = _unfollowed(seen)
    if missed is not None:
        return missed
    if handed := sorted(filter(_HANDED.fullmatch, seen.read)):
        return Missed("compiler-unfollowed", f"it read {handed[0]}, which is no file")
    seen = of_unit(seen, subject)
    machinery = seen.programs | seen.libraries
    own = {output.path for output in subject.unit.outputs}
    named = {item.path for item in subject.inputs}
    # What was written and is gone is a temporary file.
    wrote, listed = _others(seen.wrote, own), _others(seen.listed, ())
    looked = _others((*seen.read, *seen.looked, *machinery), own | wrote) - listed
    paths_seen = sorted(wrote | listed | looked)
    pwd = undecided(subject.env, subject.unit.cwd)
    records = view.stat([*paths_seen, *pwd])
    there = dict(zip(paths_seen, records, strict=False))
    name = name_here(subject.env, subject.unit.cwd, records[len(paths_seen) :])
    if PWD_HERE in seen.env and name != subject.env.get(PWD_HERE):
        return Missed("input-changed", subject.env[PWD])
    if lasting := _first(path for path in wrote if exists(there[path]) and not is_directory(there[path])):
        return Missed("compiler-wrote", lasting)
    files = [path for path in looked if is_regular(there[path])]
    absent = [path for path in looked | listed if not exists(there[path])]
    names = [path for path in listed if is_directory(there[path])]
    places = (looked | listed).difference(files, absent, names)
    if odd := _first(path for path in seen.read & (places - listed) if not is_directory(there[path])):
        return Missed("compiler-unfollowed", f"it read {odd}, which is no file")
    paths = joined(
        PathSet(), subject.roots,
        files=(path for path in files if path not in named), absent=topmost_absent(view, absent),
        listed=names, places=places,
        env=(name for name in seen.env | seen.compiler_env if name not in IGNORED),
    )  # fmt: skip
    return CReads(paths, frozenset({*files, *named}))


def _unfollowed(seen: Seen) -> Missed | None:
    """What makes a run one that no path set can stand for."""
    for program in sorted({process.program for process in seen.by_pid.values()} - {""}):
        if not is_driven(program):
            return Missed("compiler-unfollowed", f"it ran {program}")
    for program, word in sorted(seen.unseen):
        if word not in ("clock", "cores", "machine"):
            return Missed("compiler-unfollowed", f"{word}: {program}")
    return None


def _others(paths: Iterable[str], without: Iterable[str]) -> set[str]:
    return {path for path in set(paths).difference(without) if not _KERNELS.fullmatch(path)}


def _first(paths: Iterable[str]) -> str:
    return min(paths, default="")
