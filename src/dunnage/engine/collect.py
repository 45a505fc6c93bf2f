"""Collect: what has to be taken from a client before it ends, once its compiler was successful.

Descriptors of the outputs and of every input whose digest is not known, and the stats that show whether an input
changed while the compiler was running. Hashing and storing come after the client has gone (`engine.record`).
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from dunnage import limits
from dunnage.compilers.rustc.archive import ArchiveError, bundled_rlibs
from dunnage.compilers.rustc.dep_info import DepInfo, DepInfoError, parse_dep_info
from dunnage.compilers.rustc.searching import is_archive
from dunnage.engine.around import changed_around, look_around
from dunnage.engine.c_reads import c_reads
from dunnage.engine.extra import ROLE
from dunnage.engine.linked import tells_of_the_link
from dunnage.engine.listed import made
from dunnage.engine.locating import open_sources
from dunnage.engine.observed import Observed, observe
from dunnage.engine.subject import Located, Missed, Subject
from dunnage.engine.taken_in import taken_in
from dunnage.keys.digests import Digests
from dunnage.keys.path_sets import joined, rust_path_set, too_many
from dunnage.keys.unit_key import NOTHING_AROUND, Around
from dunnage.model.digest import Digest
from dunnage.model.path_set import PathSet
from dunnage.model.unit import Output
from dunnage.model.view import STAT, Run, StatRecord, View, exists, is_regular, record_of

_CTIME: Final = STAT.size - 8
"""Where the last field of a stat record begins."""

ARCHIVE_MAGIC: Final = b"!<arch>\n"


@dataclass(slots=True, kw_only=True)
class Collected:
    """Everything that a record is made from. Owns its descriptors."""

    run: Run
    dep_info: bytes
    paths: PathSet
    files: Sequence[Output]
    """What was made: the unit's outputs without dep-info, then those that only the compiler could name."""
    outputs: list[int]
    """Descriptors of `files`, in their order."""
    around: Around = NOTHING_AROUND
    digests: dict[str, Digest] = field(default_factory=dict)
    """What is known of inputs and path-set files already."""
    unread: dict[str, int] = field(default_factory=dict)
    """Descriptors of those that are not."""
    sources: dict[str, int] = field(default_factory=dict)
    """Descriptors of all that rustc read, where somebody has to look into it (`engine.locating`)."""
    records: dict[str, StatRecord] = field(default_factory=dict)
    """All inputs as they stood when the compiler was done."""
    texts: frozenset[str] = frozenset()
    """Of a C unit: the paths of what is read as text (`engine.c_reads`)."""
    made: list[StatRecord] = field(default_factory=list)
    """`outputs` as they stood then."""

    def close(self) -> None:
        """Close what nobody took."""
        for descriptor in (*self.outputs, *self.unread.values(), *self.sources.values()):
            os.close(descriptor)
        self.outputs.clear()
        self.unread.clear()
        self.sources.clear()


def collect(view: View, subject: Subject, run: Run, digests: Digests) -> Collected | Missed:
    """Take from the client what a record needs.

    Raises:
        ViewGone.
    """
    if run.stdout is None or run.stderr is None:
        return Missed("output-too-large")
    unit = subject.unit
    if unit.link is not None and tells_of_the_link(run.stderr):
        return Missed("link-unobserved", "the compiler spoke of the link")
    listed = made(view, unit, subject.standing)
    if isinstance(listed, Missed):
        return listed
    files = [*(output for output in unit.outputs if output.kind != "dep-info"), *listed]
    others = [output.path for output in files]
    first, *outputs = view.open([unit.dep_info, *others]) if unit.dep_info else (None, *view.open(others))
    collected = Collected(
        run=run,
        dep_info=b"",
        paths=PathSet(),
        files=files,
        outputs=[descriptor for descriptor in outputs if descriptor is not None],
    )
    missed: Missed | None = None
    try:
        missed = _read(view, subject, collected, first, digests)
        if missed is None and len(collected.outputs) != len(others):
            missed = Missed(
                "output-missing", ", ".join(p for p, d in zip(others, outputs, strict=True) if d is None)
            )
        collected.made = [record_of(os.fstat(descriptor)) for descriptor in collected.outputs]
        return missed or collected
    except BaseException:
        missed = Missed("client-gone")
        raise
    finally:
        if missed is not None:
            collected.close()


def _read(
    view: View,
    subject: Subject,
    collected: Collected,
    descriptor: int | None,
    digests: Digests,
) -> Missed | None:
    """Fill in what the compiler read; a miss where that cannot be told or has changed."""
    unit = subject.unit
    try:
        if descriptor is not None:
            if os.fstat(descriptor).st_size > limits.INLINE_BYTES_MAX:
                return Missed("output-too-large", unit.dep_info)
            collected.dep_info = _read_all(descriptor)
        elif unit.dep_info:
            return Missed("output-missing", unit.dep_info)
        if unit.language == "c":
            return _read_c(view, subject, collected, digests)
        info = parse_dep_info(collected.dep_info)
        kinds = [output.kind for output in collected.files]
        found = taken_in(
            view, subject, collected.run.notes, dict(zip(kinds, collected.outputs, strict=False))
        )
        if isinstance(found, Missed):
            return found
        collected.paths = _path_set(view, subject, info, collected, *found)
        observed = observe(view, subject, collected.run.seen) if subject.unit.observed else Observed()
        collected.paths = _with(collected.paths, observed, subject)
    except (OSError, DepInfoError, ArchiveError) as error:
        return Missed("dep-info-unreadable", str(error))
    finally:
        if descriptor is not None:
            os.close(descriptor)
    if (many := too_many(collected.paths)) is not None:
        return Missed("macro-unseen" if subject.unit.observed else "dep-info-unreadable", f"too many {many}")
    collected.sources = open_sources(view, subject, info)
    return _inputs(view, subject, collected, digests) or observed.missed


def _read_c(view: View, subject: Subject, collected: Collected, digests: Digests) -> Missed | None:
    found = c_reads(view, subject, collected.run.seen)
    if isinstance(found, Missed):
        return found
    collected.paths, collected.texts = found.paths, found.texts
    if (many := too_many(found.paths, limits.C_PLACES_PER_PATH_SET_MAX)) is not None:
        return Missed("compiler-unobserved", f"too many {many}")
    return _inputs(view, subject, collected, digests)


def _with(paths: PathSet, observed: Observed, subject: Subject) -> PathSet:
    """The path set with what a macro looked at. A file that is an input already counts under its role."""
    return joined(
        paths, subject.roots, files=observed.files, absent=observed.absent, listed=observed.listed,
        places=observed.places, env=observed.env,
    )  # fmt: skip


def _read_all(descriptor: int) -> bytes:
    chunks = []
    offset = 0
    while data := os.pread(descriptor, limits.INLINE_BYTES_MAX, offset):
        chunks.append(data)
        offset += len(data)
    return b"".join(chunks)


def _path_set(
    view: View,
    subject: Subject,
    info: DepInfo,
    collected: Collected,
    linked: Sequence[str],
    absent: Sequence[str],
) -> PathSet:
    unit = subject.unit
    files = list(info.files)
    if unit.bundles_rlibs:
        # An rlib of the same crate, made beside it, begins with the same name and is no input.
        own = {output.path for output in unit.outputs}
        files += [path for path in _bundled(view, unit.library_dirs, collected.outputs) if path not in own]
    sources = frozenset(item.path for item in subject.inputs if not item.role.startswith(ROLE))
    files += linked
    return rust_path_set(files, info.env, absent, sources=sources, cwd=unit.cwd, roots=subject.roots)


def _bundled(view: View, directories: Sequence[str], outputs: Sequence[int]) -> list[str]:
    """The crates whose objects went into a static library, found by the names of its members."""
    candidates = [
        f"{directory}/{entry.name}"
        for directory in directories
        for entry in view.entries(directory) or ()
        if entry.name.endswith(".rlib")
    ]
    found: list[str] = []
    for descriptor in outputs:
        if os.pread(descriptor, len(ARCHIVE_MAGIC), 0) == ARCHIVE_MAGIC:
            found += bundled_rlibs(partial(read_at, descriptor), os.fstat(descriptor).st_size, candidates)
    return found


def read_at(descriptor: int, offset: int, size: int) -> bytes:
    """Bytes of an open file, in the order of arguments that readers of formats want."""
    return os.pread(descriptor, size, offset)


def _inputs(view: View, subject: Subject, collected: Collected, digests: Digests) -> Missed | None:
    """Stat everything that was read, see that it did not change, and open what is not known."""
    named = [item.path for item in subject.inputs]
    located = Located.at(subject.roots, collected.paths)
    files = located.files
    paths = [*named, *located.all]
    records = collected.records = dict(zip(paths, view.stat(paths), strict=True))
    started_ns = collected.run.started_ns
    if subject.unit.language == "c":
        started_ns -= 1  # cc1 is faster at its first header than the clock of stamps
    linkable = crates_of(subject)
    for path in (*named, *files):
        before = subject.records.get(path)
        if path in linkable and before is not None and same_but_linked(records[path], before):
            continue
        if _changed(records[path], before, started_ns):
            return Missed("input-changed", path)
    # A twin of a module that is there all the same: rustc would have said so, unless it came meanwhile.
    if any(exists(records[path]) for path in located.absent):
        return Missed("input-changed", "a file appeared")
    around = look_around(view, located, records, digests)
    changed = changed_around(located, records, subject.records, started_ns)
    if changed is not None:
        return Missed("input-changed", changed)
    if around is None:
        return Missed("macro-unseen", "a directory that cannot be listed, or is gone")
    collected.around = around
    unknown: list[str] = []
    for path in dict.fromkeys((*named, *files)):
        digest = digests.known(records[path], view.mount_namespace)
        if digest is not None:
            collected.digests[path] = digest
        # A thin archive is told by its contents, and a lookup may have read it already.
        is_text = path in collected.texts
        if digest is None or is_archive(path) or (is_text and digests.macros.of(digest) is None):
            unknown.append(path)
    return _open(view, collected, unknown)


def _changed(after: StatRecord, before: StatRecord | None, started_ns: int) -> bool:
    """Whether an input is another file than before the compiler started.

    One that was not statted before is told by its stamps. Stamps are taken from a clock that stands still for up to
    10 ms (CONFIG_HZ=100), so a write in the first of these looks older than the start; rustc needs some 15 ms from its
    start to its first look at a source, and has read what such a write left.
    """
    if not is_regular(after):
        return True
    if before is not None and exists(before):
        return after != before
    stamps = STAT.unpack(after)
    return bool(max(stamps[5], stamps[6]) > started_ns)


def crates_of(subject: Subject) -> set[str]:
    """Inputs that only rustc and cargo write, and the toolchain's own, which somebody may link elsewhere meanwhile."""
    named = {item.path for item in subject.inputs if item.role.startswith("extern ")}
    return named.union(subject.toolchain.watched)


def same_but_linked(after: StatRecord, before: StatRecord) -> bool:
    """Whether nothing but ctime differs.

    With `-C incremental` rustc links the metadata of a crate into its incremental directory when it is done, which
    stamps the inode while dependents, started by the notice, are reading it. Only rustc and cargo write these files.
    """
    return after[:_CTIME] == before[:_CTIME] and is_regular(after)


def untouched(after: StatRecord, made: StatRecord) -> bool:
    """Whether nobody wrote to an output since the compiler made it.

    cargo sets the modification time of what `cargo check` made back to the moment before the compiler started, as soon
    as its client has ended; whoever writes sets it forward.
    """
    now, then = STAT.unpack(after), STAT.unpack(made)
    return now[:5] == then[:5] and now[5] <= then[5]


def _open(view: View, collected: Collected, paths: Sequence[str]) -> Missed | None:
    for start in range(0, len(paths), limits.FDS_PER_FRAME_MAX):
        batch = paths[start : start + limits.FDS_PER_FRAME_MAX]
        for path, descriptor in zip(batch, view.open(batch), strict=True):
            if descriptor is not None:
                collected.unread[path] = descriptor
        if any(path not in collected.unread for path in batch):
            return Missed("input-changed", "an input cannot be opened")
    return None
