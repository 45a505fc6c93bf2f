"""Lookup: from the path sets that earlier runs had to a result that is right here and now, or the reason why not."""

from collections.abc import Sequence
from typing import Final

from dunnage.engine.around import look_around
from dunnage.engine.recall import Recall
from dunnage.engine.subject import Known, Located, Missed, Subject
from dunnage.keys.digests import Digests
from dunnage.keys.unit_key import action_key, action_text
from dunnage.model.action import ActionResult
from dunnage.model.digest import ActionKey, Digest
from dunnage.model.path_set import PathSet
from dunnage.model.unit import look_of
from dunnage.model.view import StatRecord, View, exists, is_directory
from dunnage.store.store import Store

Found = tuple[Known, ActionResult]

_NEW: Final = Missed("new")
_CHANGED: Final = Missed("inputs-changed")
_BOUND: Final = Missed("bound-elsewhere")


def look_up(
    view: View,
    subject: Subject,
    path_sets: Sequence[Located],
    digests: Digests,
    store: Store,
    recall: Recall | None = None,
) -> Found | Missed:
    """Find a result whose inputs have today's contents and that is not bound to another place.

    Args:
        recall: what may know the action key without a look at each path; without it `Known.text` is there.

    Raises:
        ViewGone, StoreError.
    """
    if not path_sets:
        return _NEW
    if not all(is_directory(subject.records[path]) for path in subject.unit.directories):
        return _CHANGED  # the compiler says it in its own words
    found = _look_up(view, subject, path_sets, digests, store, recall)
    if subject.newest is not None and (isinstance(found, Missed) or recall is None):  # it will be compiled
        subject.records.update(zip(path_sets[0].all, subject.newest, strict=True))
    return found


def _look_up(
    view: View,
    subject: Subject,
    path_sets: Sequence[Located],
    digests: Digests,
    store: Store,
    recall: Recall | None,
) -> Found | Missed:
    inputs = _input_digests(view, subject, digests)
    if inputs is None:
        return _CHANGED
    missed = _CHANGED
    for located in path_sets:
        is_newest = located is path_sets[0]
        stated = subject.newest if is_newest else None
        if stated is None:
            stated = _stated(view, subject.records, located)
        known = _known(view, subject, located, inputs, stated, digests, recall)
        if known is None:
            continue
        if is_newest:
            subject.looked = known.action
        results = store.results(known.action)
        for result in results:
            if is_here(result, subject):
                return known, result
        if results:
            missed = _BOUND
    return missed


def _known(
    view: View,
    subject: Subject,
    located: Located,
    inputs: Sequence[tuple[str, Digest]],
    stated: Sequence[StatRecord],
    digests: Digests,
    recall: Recall | None,
) -> Known | None:
    """The action key under a path set; None if a file is gone, or one that was absent is there now."""
    namespace = view.mount_namespace
    key = None
    if recall is not None:
        key = recall.key(subject, located, inputs, stated, namespace)
        action = recall.action(key)
        if action is not None:
            return Known(located.paths, action, None)
    contents = _contents(view, located, stated, digests)
    if contents is None:
        return None
    around = look_around(view, located, dict(zip(located.all, stated, strict=True)), digests)
    if around is None:
        return None
    text = action_text(subject.key, inputs, located.paths, contents, subject.env, subject.roots, around)
    action = action_key(text)
    if recall is not None:
        recall.remember(key, action, located, stated, namespace)
    return Known(located.paths, action, text)


def actions_of(
    view: View, subject: Subject, path_sets: Sequence[Located], digests: Digests
) -> list[tuple[PathSet, ActionKey]]:
    """The action key under each of these path sets that holds here: everything in it is as absent or present as there.

    Raises:
        ViewGone, StoreError.
    """
    inputs = _input_digests(view, subject, digests) if path_sets else None
    if inputs is None or not all(is_directory(subject.records[path]) for path in subject.unit.directories):
        return []
    keys = []
    for located in path_sets:
        stated = _stated(view, subject.records, located)
        known = _known(view, subject, located, inputs, stated, digests, None)
        if known is not None:
            keys.append((located.paths, known.action))
    return keys


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


def _contents(
    view: View, located: Located, stated: Sequence[StatRecord], digests: Digests
) -> list[Digest] | None:
    """Digests of a path set's files; None if one is gone, or one that was absent is there now."""
    files_n = len(located.files)
    if any(map(exists, stated[files_n : files_n + len(located.absent)])):
        return None
    found = digests.of(view, located.files, stated[:files_n])
    known = [digest for digest in found if digest is not None]
    return known if len(known) == files_n else None


def _stated(view: View, records: dict[str, StatRecord], located: Located) -> list[StatRecord]:
    """How a path set stands. What was asked for before is not asked again."""
    unknown = [path for path in located.all if path not in records]
    if unknown:
        records.update(zip(unknown, view.stat(unknown), strict=True))
    return [records[path] for path in located.all]
