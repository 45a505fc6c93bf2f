"""What a save does with the packs that are there: keep, repack what is hot of them, or drop them. Pure.

Packs that none of the last jobs used a blob of are dropped, those that are mostly cold are repacked. Of small ones no
more than a few are left, so that a job asks the service ten times at most: the smallest are repacked with what is new.
Beyond our share those with the most that is cold are repacked, and then the oldest are dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dunnage.remote import limits

_WORTHWHILE_PERCENT: Final = 10
"""What has to be cold of a pack for repacking it to make room: else near the limit each job would send everything."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A pack as it is."""

    key: str
    size: int
    hot: int
    """Bytes of what jobs used lately."""
    readable: bool
    """Whether it has arrived whole, so that it can be repacked."""
    gone: bool = False

    def is_cold(self, percent: int) -> bool:
        """Whether more than so much of it is cold."""
        return (self.size - self.hot) * 100 > percent * self.size


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of each pack; one that is in neither is dropped."""

    keep: frozenset[str]
    repack: frozenset[str]


def plan(packs: Sequence[Standing], new_bytes: int, share_bytes: int) -> Plan:
    """What to do with these packs, the oldest first, where `new_bytes` are added."""
    left = [pack for pack in packs if not pack.gone and pack.hot]
    repack = {pack.key for pack in left if pack.readable and pack.is_cold(limits.GHA_DEAD_PERCENT_MAX)}
    small = sorted(
        (each for each in left if each.size < limits.GHA_PACK_FULL_BYTES), key=lambda each: each.size
    )
    for pack in small:
        remaining = sum(each.key not in repack for each in small) + bool(new_bytes or repack)
        if remaining > limits.GHA_SMALL_PACKS_MAX and pack.readable:
            repack.add(pack.key)
    for pack in sorted(left, key=lambda each: each.hot - each.size):
        if (
            _total(left, repack) + new_bytes > share_bytes
            and pack.readable
            and pack.is_cold(_WORTHWHILE_PERCENT)
        ):
            repack.add(pack.key)
    while left and _total(left, repack) + new_bytes > share_bytes:
        repack.discard(left.pop(0).key)
    return Plan(frozenset(each.key for each in left if each.key not in repack), frozenset(repack))


def _total(packs: Sequence[Standing], repack: set[str]) -> int:
    return sum(each.hot if each.key in repack else each.size for each in packs)
