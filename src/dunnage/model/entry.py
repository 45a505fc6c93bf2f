"""An entry: what is kept of a stored result's keys, so that a later miss can be compared with it in words."""

from dataclasses import dataclass

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The named parts of both keys of one result, and what the keys do not say."""

    parts: Pairs = ()
    """Name and value, as `keys.text.KeyText` has them."""
    bound: Pairs = ()
    """What the result is bound to, as in `model.action`."""
    places: Pairs = ()
    """The same names (`root:<name>`, `display`) with what they were in that session, bound or not."""
    toolchain: str = ""
    """The first line of what the compiler says of itself: the key has only a digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How one session ended that was no hit. Kept by the store, bounded (`limits.ACCOUNTS_MAX`)."""

    number: int
    """Later sessions have higher ones."""
    family: str
    """What earlier entries are sought by: package, crate, and kind of unit, without the version."""
    name: str
    stem: str
    """The name of the unit's files without suffix: the crate's name with cargo's hash."""
    outcome: str
    reason: str
    detail: str
    ended_s: int
    entry: Entry | None = None
    """None where nothing was stored."""
