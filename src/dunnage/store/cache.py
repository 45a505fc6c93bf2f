"""A bounded dictionary that forgets what was not asked for longest, without a lock or a list.

Two generations: what is asked for moves to the young one; when that is full it becomes the old one, and the old one
goes. Every step is a single operation on a dict, so threads need no lock; the worst of a race is a forgotten value.
"""

from typing import Generic, TypeVar

V = TypeVar("V")


class Generations(Generic[V]):
    """Bytes to values, at most `entries_max` of them."""

    __slots__ = ("_half", "_old", "young")

    def __init__(self, entries_max: int) -> None:
        self._half = max(1, entries_max // 2)
        self.young: dict[bytes, V] = {}
        self._old: dict[bytes, V] = {}

    def get(self, key: bytes) -> V | None:
        """The value, None where it is not known (any more)."""
        found = self.young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is not None:
                self.put(key, found)
        return found

    def put(self, key: bytes, value: V) -> None:
        """Remember a value."""
        if len(self.young) >= self._half:
            self._old, self.young = self.young, {}
        self.young[key] = value

    def clear(self) -> None:
        """Forget all."""
        self.young, self._old = {}, {}

    def __len__(self) -> int:
        return len(self.young) + len(self._old)
