"""Memories: bounded, and the first to come is the first to go."""

from dunnage.keys.bounded import remember


def test_what_came_first_goes() -> None:
    known: dict[str, int] = {}
    for number, name in enumerate("abcd"):
        remember(known, name, number, 3)
    assert known == {"b": 1, "c": 2, "d": 3}


def test_an_empty_memory_that_may_hold_nothing_takes_one() -> None:
    known: dict[str, int] = {}
    remember(known, "a", 1, 0)
    assert known == {"a": 1}
