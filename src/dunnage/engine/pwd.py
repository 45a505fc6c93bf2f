"""PWD in what was seen of compilers of C: it counts as far as it leads to the directory that they are in (`keys.pwd`).

A unit    where all its programs are a compiler's own, as in all that are stored; its client told its directory. Where
          nothing else can have been the reason, the look at PWD's place is left out, too: it tells where cargo was
          started, and no more.
A run     of a build script: programs of a compiler that it starts itself, to try what that can. Nothing says in which
          directory they are, but that they look at `.` right after they have asked for PWD and looked there. Where that
          was not the run's own, or they did not look (PWD is not set; gcc: nothing is there), or any other program
          asked, the value counts as that of all variables that are asked for by name. The look at the place stays in
          any case: the words of such a program are not known.
"""

import re
from dataclasses import replace
from typing import Final

from dunnage.compilers.gnu.programs import is_driven
from dunnage.engine.subject import Subject
from dunnage.keys.pwd import place_of
from dunnage.model.path_set import PWD, PWD_HERE
from dunnage.model.seen import Seen
from dunnage.wire.seen import SeenKind
from dunnage.wire.seen_parse import notes_of

_ASKS: Final = (SeenKind.ENV, SeenKind.COMPILER_ENV)
_LOOKS_MAX: Final = 2
"""At PWD's place, unless that was noted before, and at `.`."""


def of_unit(seen: Seen, subject: Subject) -> Seen:
    """What a unit of C looked at, with `PWD_HERE` for PWD, and without PWD's place; all of it, where another program
    ran than a compiler's.
    """
    if not (_asks(seen) and all(map(is_driven, seen.programs))):
        return seen
    place = place_of(subject.env, subject.unit.cwd)
    without = {place} if place and not _has_other_reason(place, seen, subject) else ()
    return replace(_here(seen), looked=seen.looked.difference(without))


def of_run(seen: Seen, notes: bytes, cwd: str) -> Seen:
    """What a run looked at, with `PWD_HERE` for PWD where only a compiler's programs asked, and all in its directory.

    Args:
        notes: what `seen` was made from.
        cwd: the run's own directory, as the kernel names it.
    """
    return _here(seen) if _asks(seen) and _by_compilers_in(notes, cwd) else seen


def _asks(seen: Seen) -> bool:
    return PWD in seen.env or PWD in seen.compiler_env


def _here(seen: Seen) -> Seen:
    env = (seen.env - {PWD}) | {PWD_HERE}
    return replace(seen, env=env, compiler_env=seen.compiler_env - {PWD})


def _has_other_reason(place: str, seen: Seen, subject: Subject) -> bool:
    """Whether a unit may have looked at a place for another reason than that PWD names it.

    It may if it did more there than to look; if a word, or another variable that was asked for, names it; or if
    something below was looked at for which no nearer root is the reason: in a directory of `-I` headers are looked for.
    """
    if any(place in paths for paths in (seen.read, seen.wrote, seen.listed, seen.programs, seen.libraries)):
        return True
    unit = subject.unit
    texts = [word.value for word in unit.words]
    texts += (*(item.path for item in unit.inputs), *unit.directories)
    texts += (subject.env.get(name, "") for name in (seen.env | seen.compiler_env) - {PWD})
    spelled = place.rstrip("/")
    relative = spelled.removeprefix(unit.cwd.rstrip("/") + "/")
    named = re.compile(rf"({re.escape(spelled)}|{re.escape(relative)})/*($|[\s:;,=])")
    if any(map(named.search, texts)):
        return True
    above = subject.roots.relative(spelled) + "/"
    others = (seen.read, seen.looked, seen.listed, seen.programs, seen.libraries)
    return any(
        subject.roots.relative(path).startswith(above)
        for paths in others
        for path in paths
        if path.startswith(spelled + "/")
    )


def _by_compilers_in(notes: bytes, cwd: str) -> bool:
    dot = cwd.rstrip("/") + "/."
    programs: dict[int, str] = {}
    looks: dict[int, int] = {}
    for note in notes_of(notes):
        if note.kind is SeenKind.BEGAN:
            programs[note.pid] = note.text
        if note.kind in _ASKS and note.text == PWD:
            # A process that was forked and became nothing yet is the program that forked it.
            if not is_driven(programs.get(note.pid, "")):
                return False
            looks[note.pid] = _LOOKS_MAX
        elif note.pid in looks:
            if note.kind is not SeenKind.LOOKED or looks[note.pid] == 0:
                return False
            looks[note.pid] -= 1
            if note.text == dot:
                del looks[note.pid]
    return not looks
