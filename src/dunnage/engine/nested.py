"""C units inside an observed run of a build script: both are cached, and the run depends on what its units read.

The run's library sees what the run's programs look at, but not what a unit looks at that dunnage serves: on a hit
nobody reads anything, and on a miss the unit has a memory file of its own. So each unit tells here what it read, before
its client ends; the run joins that to its own notes. Whose unit it is tells `DUNNAGE_SEEN`, the name of the run's
memory file: `/proc/<pid of the run's client>/fd/<number>`, in the mount namespace of both.

PWD counts for the run as it does for a unit of C (`engine.pwd`) where both are in one directory and have one PWD. Of a
unit elsewhere it counts by its value: what the run's PWD may lead to there is not asked when the run is looked up.
"""

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from dunnage.engine.pwd import of_unit
from dunnage.engine.subject import Located, Subject
from dunnage.keys.pwd import place_of
from dunnage.model.invocation import Invocation
from dunnage.model.path_set import PWD, PWD_HERE, PathSet
from dunnage.model.seen import Seen
from dunnage.wire.seen import SEEN_VARIABLE
from dunnage.wire.seen_parse import SeenError, parse_seen

_MEMORY: Final = re.compile(r"/proc/([0-9]{1,10})/fd/[0-9]{1,10}")


@dataclass(slots=True)
class Outer:
    """A run that is going on, and what its units have told."""

    cwd: str = ""
    pwd: str | None = None
    """PWD in its environment."""
    seen: list[Seen] = field(default_factory=list)
    answered: set[int] = field(default_factory=set)
    """The clients of its units, by their pids: programs that the library is not in, and that were followed."""
    is_whole: bool = True
    """Whether each of them has told what it read."""

    def has_pwd_of(self, subject: Subject) -> bool:
        """Whether PWD leads a unit's compiler where it leads the run."""
        return subject.unit.cwd == self.cwd and subject.env.get(PWD) == self.pwd

    def told(self, client: int, seen: Seen | None) -> None:
        """What one unit looked at; None where nobody knows."""
        self.answered.add(client)
        if seen is None:
            self.is_whole = False
        else:
            self.seen.append(seen)


class Nests:
    """The observed runs of this moment. Safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._outer: dict[tuple[int, int], Outer] = {}

    def begin(self, namespace: int, invocation: Invocation) -> Outer:
        """A run begins, whose client this is. To be ended whatever happens."""
        outer = Outer(invocation.cwd, invocation.env.get(PWD))
        with self._lock:
            self._outer[namespace, invocation.pid] = outer
        return outer

    def end(self, namespace: int, invocation: Invocation) -> None:
        """Its programs have ended."""
        with self._lock:
            self._outer.pop((namespace, invocation.pid), None)

    def around(self, namespace: int, env: Mapping[str, str]) -> Outer | None:
        """The run that an invocation is part of; None where that is not known."""
        named = _MEMORY.fullmatch(env.get(SEEN_VARIABLE, ""))
        if named is None or not namespace:
            return None
        with self._lock:
            return self._outer.get((namespace, int(named[1])))


class Telling:
    """What one unit tells the run around it. A unit in no run tells nobody."""

    def __init__(self, outer: Outer | None = None, client: int = 0) -> None:
        self._outer = outer
        self._client = client

    def compiled(self, subject: Subject | None, notes: bytes | None) -> None:
        """Its compiler has run, and its client is about to end."""
        if self._outer is not None:
            seen = None
            if subject is not None:
                here = subject.unit.language == "c" and self._outer.has_pwd_of(subject)
                seen = seen_in_run(notes, subject, pwd_here=here)
            self._outer.told(self._client, seen)

    def restored(self, subject: Subject, paths: PathSet) -> None:
        """Its result is about to be restored."""
        if self._outer is not None:
            here = self._outer.has_pwd_of(subject)
            self._outer.told(self._client, seen_before(subject, paths, pwd_here=here))


def is_nested(env: Mapping[str, str]) -> bool:
    """Whether an invocation is part of a run that somebody observes."""
    return bool(env.get(SEEN_VARIABLE))


def seen_in_run(notes: bytes | None, subject: Subject, *, pwd_here: bool = False) -> Seen | None:
    """What a unit looked at that was compiled; `pwd_here`: with PWD as far as it leads to its directory."""
    try:
        seen = None if notes is None else parse_seen(notes)
    except SeenError:
        return None
    if seen is None or seen.first is None:
        return None
    return joined([of_unit(seen, subject) if pwd_here else seen, _made(subject)])


def seen_before(subject: Subject, paths: PathSet, *, pwd_here: bool = False) -> Seen:
    """What a unit would look at whose result is restored; `pwd_here` as for `seen_in_run`."""
    located = Located.at(subject.roots, paths)
    named = [item.path for item in subject.inputs]
    seen = Seen(
        read=frozenset((*located.files, *named, *subject.toolchain.watched)),
        looked=frozenset((*located.absent, *located.places)),
        listed=frozenset(located.listed),
        env=frozenset(paths.env),
    )
    return joined([_made(subject), seen if pwd_here else _with_value(seen, subject)])


def _with_value(seen: Seen, subject: Subject) -> Seen:
    """What was seen with PWD and its place, where the path set has as much of it as leads to the unit's directory."""
    if PWD_HERE not in seen.env:
        return seen
    place = place_of(subject.env, subject.unit.cwd)
    looked = seen.looked.union((place,) if place else ())
    return replace(seen, env=(seen.env - {PWD_HERE}) | {PWD}, looked=looked)


def _made(subject: Subject) -> Seen:
    return Seen(wrote=frozenset(output.path for output in subject.unit.outputs))


def joined(parts: Sequence[Seen]) -> Seen:
    """What several looked at, together; the first one's program is the first."""
    first = parts[0]

    def all_of(name: str) -> frozenset[Any]:
        return frozenset().union(*(getattr(part, name) for part in parts))

    return Seen(
        read=all_of("read"), wrote=all_of("wrote"), looked=all_of("looked"), listed=all_of("listed"),
        env=all_of("env"), compiler_env=all_of("compiler_env"), programs=all_of("programs"),
        libraries=all_of("libraries"), unseen=all_of("unseen"), special=all_of("special"),
        first=first.first, first_pid=first.first_pid,
        by_pid={pid: process for part in reversed(parts) for pid, process in part.by_pid.items()},
    )  # fmt: skip
