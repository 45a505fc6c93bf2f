"""Explain: in words, what differs between the keys of a miss and those of an earlier entry. Pure.

The nearest earlier entry is the one with the fewest differing parts; those that cargo derives from others (hashes, the
names of outputs) count only between equals, and then the later entry wins. Differences are named in the order of
`keys.parts.KINDS`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from blake3 import blake3

from dunnage import limits
from dunnage.keys.parts import BY_KIND, DERIVED, RANK, kind_of, place
from dunnage.keys.text import KeyText
from dunnage.model.entry import Entry, Pairs

_REPEATED: Final = frozenset({"salt", "kind", "unit"})
"""Parts of an action key that say what its unit's parts say already."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One part that differs. Values as in the key: several where a list has them, None for unset, none at all: gone."""

    kind: str
    label: str
    before: tuple[str | None, ...]
    now: tuple[str | None, ...]
    sentence: str


def entry_parts(unit: KeyText, action: KeyText) -> Pairs:
    """The parts of both keys, long values cut short with a digest behind."""
    pairs = [*unit.pairs(), *(pair for pair in action.pairs() if pair[0] not in _REPEATED)]
    return tuple((name, _short(value)) for name, value in pairs)


def _short(value: str) -> str:
    if len(value) <= limits.PART_CHARS_MAX:
        return value
    whole = blake3(value.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{value[: limits.PART_CHARS_MAX]}… ({whole})"


def nearest(now: Entry, earlier: Sequence[Entry]) -> tuple[int, list[Difference]] | None:
    """The index of the nearest of `earlier` (newest first), and what differs; None where there is none."""
    found: tuple[int, list[Difference]] | None = None
    least: tuple[int, int] | None = None
    for index, entry in enumerate(earlier):
        differing = differences(entry, now)
        derived = sum(difference.kind in DERIVED for difference in differing)
        distance = (len(differing) - derived, derived)
        if least is None or distance < least:
            found, least = (index, differing), distance
    return found


def differences(before: Entry, now: Entry) -> list[Difference]:
    """What differs, the most important first; empty only if the parts are equal, and what `before` is bound to, too."""
    old, new = _grouped(before.parts), _grouped(now.parts)
    found = [
        _difference(kind, label, old.get((kind, label), ()), new.get((kind, label), ()), before, now)
        for kind, label in dict.fromkeys((*old, *new))
        if old.get((kind, label)) != new.get((kind, label))
    ]
    found = _moved(found)
    if not found and before.parts != now.parts:
        found = [_made("order ", _misplaced(before.parts, now.parts))]
    found += _places(before, now)
    return sorted(found, key=lambda difference: (RANK[difference.kind], difference.label))


def _grouped(parts: Pairs) -> dict[tuple[str, str], tuple[str | None, ...]]:
    """Values by kind and label. Parts of different names may share one: the name is part of such a value."""
    groups: dict[tuple[str, str], tuple[str | None, ...]] = {}
    for name, value in parts:
        kind, label, real = kind_of(name, value)
        groups[kind.name, label] = (*groups.get((kind.name, label), ()), real)
    return groups


def _difference(
    kind: str,
    label: str,
    old: tuple[str | None, ...],
    new: tuple[str | None, ...],
    before: Entry,
    now: Entry,
) -> Difference:
    if kind == "toolchain":
        sentence = _toolchain(before.toolchain, now.toolchain)
    elif kind == "source":
        named = next((value for name, value in now.parts if name == "input source"), "")
        sentence = f"`{place(named)}` changed" if named else BY_KIND[kind].sentence(label, old, new)
    else:
        sentence = BY_KIND[kind].sentence(label, old, new)
    return Difference(kind, label, old, new, sentence)


def _toolchain(before: str, now: str) -> str:
    if before == now:
        said = f" says that it is {now} still, but its files" if now else "'s files"
        return f"the toolchain{said} differ: a component or target was added or removed, or another one took its place"
    return f"the toolchain changed: {before or 'unknown'} → {now or 'unknown'}"


def _made(name: str, label: str, before: tuple[str, ...] = (), now: tuple[str, ...] = ()) -> Difference:
    kind, label, _ = kind_of(name + label, "")
    return Difference(kind.name, label, before, now, kind.sentence(label, before, now))


def _moved(found: list[Difference]) -> list[Difference]:
    """What is read now and was looked for in vain then has appeared; the reverse is gone: one sentence."""
    files = {item.label: item for item in found if item.kind in ("file", "there")}
    absent = {item.label: item for item in found if item.kind == "absent"}
    both = files.keys() & absent.keys()
    kept = [item for item in found if not (item.kind in ("file", "there", "absent") and item.label in both)]
    return kept + [_made("appeared " if files[path].now else "vanished ", path) for path in sorted(both)]


def _misplaced(before: Pairs, now: Pairs) -> str:
    """The name of the first part that stands elsewhere."""
    return next((new[0] for old, new in zip(before, now, strict=False) if old != new), "all")


def _places(before: Entry, now: Entry) -> list[Difference]:
    """What the result is bound to and is not so today."""
    today = dict(now.places)
    return [
        _made("bound ", name, (value,), (today[name],) if name in today else ())
        for name, value in before.bound
        if today.get(name) != value
    ]
