"""What becomes of packs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunnage.remote import limits
from dunnage.remote.gha.plan import Plan, Standing, plan

MIB = 1024 * 1024
FULL = limits.GHA_PACK_FULL_BYTES
SHARE = limits.GHA_SHARE_BYTES_DEFAULT


def standing(
    key: str, size: int, hot: int | None = None, *, readable: bool = True, gone: bool = False
) -> Standing:
    return Standing(key, size, size if hot is None else hot, readable, gone)


def planned(packs: list[Standing], new_bytes: int = MIB, share: int = SHARE) -> tuple[set[str], set[str]]:
    made = plan(packs, new_bytes, share)
    return set(made.keep), set(made.repack)


def test_what_is_in_use_is_kept() -> None:
    assert planned([standing("a", 10 * MIB), standing("b", 20 * MIB)]) == ({"a", "b"}, set())
    assert planned([]) == (set(), set())


def test_what_is_gone_or_cold_is_dropped() -> None:
    assert planned([standing("a", MIB, gone=True), standing("b", MIB, 0), standing("c", MIB)]) == (
        {"c"},
        set(),
    )


@pytest.mark.parametrize(("hot", "is_repacked"), [(59, True), (60, False)])
def test_what_is_mostly_cold_is_repacked(hot: int, is_repacked: bool) -> None:
    keep, repack = planned([standing("a", 100, hot)])
    assert ("a" in repack, "a" in keep) == (is_repacked, not is_repacked)
    assert planned([standing("a", 100, hot, readable=False)]) == ({"a"}, set())


def test_of_many_small_ones_the_smallest_are_repacked() -> None:
    packs = [standing(str(size), size * MIB) for size in (50, 5, 4, 3)]
    assert planned(packs) == ({"50", "5", "4"}, {"3"})
    assert planned(packs, new_bytes=0) == ({"50", "5", "4", "3"}, set())
    assert planned([*packs, standing("2", 2 * MIB)], new_bytes=0) == ({"50", "5", "4"}, {"2", "3"})
    assert planned([*packs[:3], standing("3", 3 * MIB, readable=False)]) == ({"50", "5", "3"}, {"4"})


def test_full_ones_do_not_count_as_small() -> None:
    packs = [*(standing(f"full {number}", FULL) for number in range(5)), standing("s", MIB)]
    assert planned(packs) == ({each.key for each in packs}, set())


def test_near_the_share_what_is_partly_cold_makes_room() -> None:
    packs = [
        standing("a", 500 * MIB, 400 * MIB),
        standing("b", 500 * MIB),
        standing("c", 100 * MIB, 99 * MIB),
    ]
    assert planned(packs, 24 * MIB, 1100 * MIB) == ({"b", "c"}, {"a"})
    assert planned(packs, 0, 1100 * MIB) == ({"a", "b", "c"}, set())


def test_beyond_the_share_the_oldest_are_dropped() -> None:
    packs = [standing(key, 300 * MIB) for key in "abc"]
    assert planned(packs, 500 * MIB) == ({"c"}, set())
    assert planned(packs, 1 << 40) == (set(), set())


@given(
    st.lists(
        st.builds(
            lambda size, part, readable, gone: (size, size * part // 100, readable, gone),
            st.integers(1, 400 * MIB), st.integers(0, 100), st.booleans(), st.booleans(),
        ),
        max_size=12,
    ),
    st.integers(0, 300 * MIB),
)  # fmt: skip
def test_what_always_holds(rows: list[tuple[int, int, bool, bool]], new_bytes: int) -> None:
    packs = [Standing(str(number), *row) for number, row in enumerate(rows)]
    made: Plan = plan(packs, new_bytes, SHARE)
    by_key = {pack.key: pack for pack in packs}
    assert not made.keep & made.repack
    assert all(by_key[key].readable for key in made.repack)
    assert not any(by_key[key].gone for key in made.keep | made.repack)
    total = sum(by_key[key].size for key in made.keep) + sum(by_key[key].hot for key in made.repack)
    assert total + new_bytes <= SHARE
    small = [key for key in made.keep if by_key[key].size < FULL and by_key[key].readable]
    unreadable = [key for key in made.keep if not by_key[key].readable]
    adds = bool(new_bytes or made.repack)
    assert len(small) + adds <= limits.GHA_SMALL_PACKS_MAX or unreadable
