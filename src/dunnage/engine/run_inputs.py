"""The inputs of a build script's run: what was seen of it and its children, made into a path set and its digests.

What lies in OUT_DIR, what the run itself made, and what is the kernel's own is no input.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dunnage import limits
from dunnage.compilers.build_script import counts, is_of_jobs, never_counts, reads_all
from dunnage.engine.around import changed_around, look_around
from dunnage.engine.run_sources import asks_for_the_time, may_ask
from dunnage.engine.run_verdict import within
from dunnage.engine.subject import Located, Missed, Subject
from dunnage.keys.digests import Digests
from dunnage.keys.unit_key import Around
from dunnage.model.digest import Digest
from dunnage.model.path_set import PWD, PWD_HERE, PathSet
from dunnage.model.seen import Seen, is_special
from dunnage.model.view import STAT, StatRecord, View, exists, is_regular


@dataclass(frozen=True, slots=True)
class RunInputs:
    """A path set with all that an action key needs of it."""

    paths: PathSet
    contents: Sequence[Digest]
    around: Around

    def with_variables(self, names: set[str]) -> "RunInputs":
        """The same where these variables count, too."""
        env = tuple(sorted({*self.paths.env, *names}))
        return replace(self, paths=replace(self.paths, env=env))


def run_inputs(
    view: View, subject: Subject, seen: Seen, started_ns: int, digests: Digests
) -> RunInputs | Missed:
    """Look at everything that a run looked at; a miss where that changed, or is too much.

    Raises:
        ViewGone.
    """
    out_dir, roots = subject.unit.out_dir, subject.roots
    ran = _foreign((*seen.programs, *seen.libraries), seen, out_dir)
    looked = _foreign((*seen.read, *seen.looked, *seen.listed), seen, out_dir)
    listed = _foreign(seen.listed, seen, out_dir)
    candidates = sorted(ran | looked)
    if len(candidates) > limits.RUN_PATHS_MAX:
        return Missed("run-too-large", f"{len(candidates)} paths")
    records = dict(zip(candidates, view.stat(candidates), strict=True))
    if lost := sorted(path for path in ran if not exists(records[path])):
        return Missed("input-changed", lost[0])
    with_all = read_with_all(subject, seen)
    paths = PathSet(
        files=_relative((path for path in candidates if is_regular(records[path])), subject),
        absent=_relative((path for path in candidates if not exists(records[path])), subject),
        env=tuple(
            sorted(
                with_all
                | {
                    name
                    for name in seen.env | seen.compiler_env
                    if name == PWD_HERE or not (counts(name) or never_counts(name))
                }
            )
        ),
        listed=_relative(
            (path for path in listed if exists(records[path]) and not is_regular(records[path])), subject
        ),
        places=_relative((path for path in candidates if _is_place(records[path])), subject),
    )
    located = Located.at(roots, paths)
    for path in located.files:
        stamps = STAT.unpack(records[path])
        if max(stamps[5], stamps[6]) > started_ns:
            return Missed("input-changed", path)
    changed = changed_around(located, records, {}, started_ns)
    around = None if changed else look_around(view, located, records, digests)
    if around is None:
        return Missed("input-changed", changed or "a directory")
    contents = _contents(view, located.files, records, digests)
    if isinstance(contents, Missed):
        return contents
    telling = asks_for_the_time(view, [path for path in located.files if may_ask(path)])
    if telling is not None:
        return Missed("run-clock", telling)
    return RunInputs(paths, contents, around)


def read_with_all(subject: Subject, seen: Seen) -> set[str]:
    """The variables that count because something ran that reads whole environments: those of a CI job, and PWD by its
    value where it would count as far as it leads to the run's directory. A makefile that says `$(PWD)` takes the value.
    """
    programs = (*seen.programs, *(process.program for process in seen.by_pid.values()))
    if not any(map(reads_all, programs)):
        return set()
    return {*filter(is_of_jobs, subject.env), *((PWD,) if PWD_HERE in seen.env else ())}


def _foreign(paths: Iterable[str], seen: Seen, out_dir: str) -> set[str]:
    """Without what is the run's own, and the kernel's."""
    return {
        path
        for path in paths
        if path not in seen.wrote and not is_special(path) and not within(path, out_dir)
    }


def _is_place(record: StatRecord) -> bool:
    return exists(record) and not is_regular(record)


def _relative(paths: Iterable[str], subject: Subject) -> tuple[str, ...]:
    return tuple(sorted(set(map(subject.roots.relative, paths))))


def _contents(
    view: View, files: Sequence[str], records: dict[str, StatRecord], digests: Digests
) -> list[Digest] | Missed:
    """Digests of all files: descriptors are held for one frame of them at a time."""
    found: list[Digest] = []
    for start in range(0, len(files), limits.PATHS_PER_FRAME_MAX):
        batch = files[start : start + limits.PATHS_PER_FRAME_MAX]
        for path, digest in zip(
            batch, digests.of(view, batch, [records[path] for path in batch]), strict=True
        ):
            if digest is None:
                return Missed("input-changed", path)
            found.append(digest)
    return found
