"""Record: what a compiler made becomes an action result, after the client has gone.

Blobs first, the record last: who reads the store sees a whole result or none.
"""

import os
from collections.abc import Callable, Sequence
from functools import partial

from dunnage.compilers.rustc.archive import is_thin
from dunnage.compilers.rustc.notices import has_diagnostics, split_notices
from dunnage.compilers.rustc.searching import is_archive
from dunnage.engine.account import entry_of
from dunnage.engine.bound import (
    bound_by_environment,
    bound_by_texts,
    may_compress,
    named_by,
    one_or_two,
    told_the_time,
)
from dunnage.engine.collect import Collected, crates_of, read_at, same_but_linked, untouched
from dunnage.engine.recall import Recall
from dunnage.engine.remotes import Keep
from dunnage.engine.subject import Located, Missed, Subject
from dunnage.keys.digests import Digests
from dunnage.keys.elf import has_compressed_sections
from dunnage.keys.macros import named_in
from dunnage.keys.rewritten import rewritten_places
from dunnage.keys.roots import Roots
from dunnage.keys.search import PlaceSearch
from dunnage.keys.template import NotKeepable, dep_info_template, literal_roots, notice_template
from dunnage.keys.unit_key import action_key, action_text
from dunnage.model.action import ActionResult, StoredFile
from dunnage.model.digest import ActionKey
from dunnage.model.unit import look_of
from dunnage.model.view import STAT, record_of
from dunnage.store.store import Store

KeepText = Callable[[str, ActionKey, str], None]
"""Takes a unit's name, its action key, and the text of both its keys."""


class Recorder:
    """Stores results. `clock` is in seconds since 1970; `keep_text`, if given, gets the text of each action key,
    `keep` each result that was stored.
    """

    def __init__(
        self,
        store: Store,
        digests: Digests,
        clock: Callable[[], float],
        keep_text: KeepText | None = None,
        recall: Recall | None = None,
        keep: Keep = lambda *_: None,
    ) -> None:
        self._store = store
        self._digests = digests
        self._clock = clock
        self._keep_text = keep_text
        self._recall = recall or Recall(digests)
        self._keep = keep

    def record(self, subject: Subject, collected: Collected, namespace: int) -> Missed | None:
        """Store what was collected; None when that was done. Closes the descriptors.

        Raises:
            StoreError.
        """
        try:
            if (missed := self._hash_inputs(subject, collected, namespace)) is not None:
                return missed
            named = named_by(subject, collected, self._digests.macros)
            missed = told_the_time(named, subject, collected) or one_or_two(collected, self._digests.macros)
            if missed is not None:
                return missed
            bound = bound_by_environment(subject, collected) | bound_by_texts(named, subject, collected)
            also = rewritten_places(subject.roots, subject.unit.remaps)
            outputs = []
            if subject.unit.hides_places:
                bound |= {name for name, _ in subject.roots.places}
            for output, descriptor in zip(collected.files, collected.outputs, strict=True):
                search = PlaceSearch(subject.roots, also)
                outputs.append(self._put(output.kind, descriptor, namespace, search))
                bound |= search.found
                if may_compress(subject) and has_compressed_sections(partial(read_at, descriptor)):
                    bound |= {name for name, _ in subject.roots.places}
            for output, descriptor, made in zip(
                collected.files, collected.outputs, collected.made, strict=True
            ):
                if not untouched(record_of(os.fstat(descriptor)), made):
                    return Missed("output-changed", output.path)
            return self._add(subject, collected, tuple(outputs), bound, namespace)
        except NotKeepable as error:
            return Missed("dep-info-unreadable", str(error))
        finally:
            collected.close()

    def _hash_inputs(self, subject: Subject, collected: Collected, namespace: int) -> Missed | None:
        """Read what is not known, and see that it is still what the compiler read: a file may be saved any time."""
        crates = crates_of(subject)
        while collected.unread:
            path, descriptor = collected.unread.popitem()
            if is_archive(path) and is_thin(partial(read_at, descriptor)):
                os.close(descriptor)
                return Missed("thin-archive", path)
            if is_archive(path) and path in collected.digests:  # it was opened for that question only
                os.close(descriptor)
                continue
            named = named_in(descriptor) if path in collected.texts else None
            read = self._digests.of_descriptor(descriptor, namespace)
            before = collected.records[path]
            if read is None or not (
                read[0] == before or (path in crates and same_but_linked(read[0], before))
            ):
                return Missed("input-changed", path)
            collected.digests[path] = read[1]
            if named is not None:
                self._digests.macros.remember(read[1], named)
        return None

    def _put(self, kind: str, descriptor: int, namespace: int, search: PlaceSearch) -> StoredFile:
        """Copy, hash and search in one reading of the copy: rustc wants the core for the next unit already."""
        record = record_of(os.fstat(descriptor))
        digest, size = self._store.put(descriptor, search.look)
        if record_of(os.fstat(descriptor)) == record:
            self._store.remember(record, namespace, digest)
        return StoredFile(kind, digest, size, bool(STAT.unpack(record)[1] & 0o111))

    def _add(
        self,
        subject: Subject,
        collected: Collected,
        outputs: Sequence[StoredFile],
        bound: set[str],
        namespace: int,
    ) -> Missed | None:
        run, roots = collected.run, subject.roots
        rewritten = rewritten_places(roots, subject.unit.remaps)
        stdout, stderr = run.stdout or b"", run.stderr or b""
        if b"\0" in stdout or b"\0" in stderr:
            return Missed("dep-info-unreadable", "a NUL in what the compiler said")
        dep_info = dep_info_template(collected.dep_info, roots)
        notices = stderr_template(stderr, roots)
        for said in (dep_info, notices, stdout):
            bound |= literal_roots(said, roots)
            bound |= {name for name, text in rewritten if text.encode("utf-8", "surrogateescape") in said}
        places = [(f"root:{name}", roots.place(name) or "") for name in sorted(bound)]
        result = ActionResult(
            outputs=tuple(outputs),
            dep_info=dep_info,
            stdout=stdout,
            stderr=notices,
            bound=(
                *places,
                *([("display", look_of(subject.unit))] if has_diagnostics(stderr) or stdout else ()),
            ),
            compile_us=run.wall_us,
            created_s=int(self._clock()),
            unit_name=subject.unit.name,
        )
        contents = [collected.digests[path] for path in roots.absolute_all(collected.paths.files)]
        inputs = [(item.role, collected.digests[item.path]) for item in subject.inputs]
        text = action_text(
            subject.key, inputs, collected.paths, contents, subject.env, roots, collected.around
        )
        action = action_key(text)
        self._store.add(subject.key, collected.paths, action, result)
        self._keep(subject.key, collected.paths, action, result)
        located = Located.at(roots, collected.paths)
        records = [collected.records[path] for path in located.all]
        key = self._recall.key(subject, located, inputs, records, namespace)
        self._recall.remember(key, action, located, records, namespace)
        subject.entry = entry_of(subject, text, result)
        if self._keep_text is not None:
            self._keep_text(subject.unit.name, action, subject.text.render() + text.render())
        return None


def stderr_template(stderr: bytes, roots: Roots) -> bytes:
    """Artifact notices with marks, everything else as it is (and then bound to the roots in it)."""
    return b"".join(
        notice_template(line, roots) if is_notice else line for is_notice, line in split_notices(stderr)
    )
