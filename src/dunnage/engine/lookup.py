"""Lookup: from the path sets that earlier runs had to a result that is right here and now, or the reason why not."""

from collections.abc import Sequence
from typing import Final

from dunnage.engine.around import look_around
from dunnage.engine.subject import Known, Located, Missed, Subject
from dunnage.keys.digests import Digests
from dunnage.keys.unit_key import action_key, action_text
from dunnage.model.action import ActionResult
from dunnage.model.digest import Digest
from dunnage.model.unit import look_of
from dunnage.model.view import StatRecord, View, exists, is_directory
from dunnage.store.store import Store

Found = tuple[Known, ActionResult]

_NEW: Final = Missed("new")
_CHANGED: Final = Missed("inputs-changed")
_BOUND: Final = Missed("bound-elsewhere")


def look_up(
    view: View, subject: Subject, path_sets: Sequence[Located], digests: Digests, store: Store
) -> Found | Missed:
    """Find a result whose inputs have today's contents and that is not bound to another place.

    Raises:
        ViewGone, StoreError.
    """
    if not path_sets:
        return _NEW
    if not all(is_directory(subject.records[path]) for path in subject.unit.directories):
        return _CHANGED  # the compiler says it in its own words
    inputs = _input_digests(view, subject, digests)
    if inputs is None:
        return _CHANGED
    missed = _CHANGED
    for located in path_sets:
        contents = _contents(view, subject, located, digests)
        if contents is None:
            continue
        around = look_around(view, located, subject.records, digests)
        if around is None:
            continue
        text = action_text(subject.key, inputs, located.paths, contents, subject.env, subject.roots, around)
        action = action_key(text)
        if located is path_sets[0]:
            subject.looked = action
        results = store.results(action)
        for result in results:
            if is_here(result, subject):
                return Known(located.paths, action, text), result
        if results:
            missed = _BOUND
    return missed


def is_here(result: ActionResult, subject: Subject) -> bool:
    """Whether everything that a result is bound to is the same today."""
    return all(_today(name, subject) == value for name, value in result.bound)


def _today(name: str, subject: Subject) -> str | None:
    return look_of(subject.unit) if name == "display" else subject.roots.place(name.removeprefix("root:"))


def _input_digests(view: View, subject: Subject, digests: Digests) -> list[tuple[str, Digest]] | None:
    paths = [item.path for item in subject.inputs]
    found = digests.of(view, paths, [subject.records[path] for path in paths])
    pairs = [
        (item.role, digest) for item, digest in zip(subject.inputs, found, strict=True) if digest is not None
    ]
    return pairs if len(pairs) == len(paths) else None


def _contents(view: View, subject: Subject, located: Located, digests: Digests) -> list[Digest] | None:
    """Digests of a path set's files; None if one is gone, or one that was absent is there now."""
    files = located.files
    _stat_unknown(view, subject.records, located.all)
    if any(exists(subject.records[path]) for path in located.absent):
        return None
    found = digests.of(view, files, [subject.records[path] for path in files])
    known = [digest for digest in found if digest is not None]
    return known if len(known) == len(files) else None


def _stat_unknown(view: View, records: dict[str, StatRecord], paths: Sequence[str]) -> None:
    unknown = [path for path in paths if path not in records]
    if unknown:
        records.update(zip(unknown, view.stat(unknown), strict=True))
