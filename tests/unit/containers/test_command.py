"""Command: a value."""

from dunnage.containers.command import Command


def test_it_says_nothing_unless_told_to() -> None:
    assert Command(("docker", "ps"), {}).warnings == ()


def test_two_of_the_same_are_equal() -> None:
    assert Command(("docker",), {"A": "1"}) == Command(("docker",), {"A": "1"})
