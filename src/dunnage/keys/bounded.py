"""Memories of one daemon that do not grow for ever."""

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


def remember(known: dict[K, V], key: K, value: V, entries_max: int) -> None:
    """Put something into a memory; where that is full, what came first goes. Safe for many threads."""
    if len(known) >= entries_max:
        for oldest in list(known)[:1]:  # in one step: other sessions do the same
            known.pop(oldest, None)
    known[key] = value
