"""What a command keeps."""

import pytest

from dunnage.compilers.rustc.command import Command


@pytest.mark.parametrize(
    ("path", "place"), [("a.rs", "/w/a.rs"), ("/a.rs", "/a.rs"), ("../a.rs", "/w/../a.rs"), ("./a", "/w/./a")]
)
def test_paths_become_absolute_and_are_never_normalised(path: str, place: str) -> None:
    assert Command("/w").absolute(path) == place


def test_the_first_refusal_counts() -> None:
    command = Command("/w")
    assert command.refusal is None
    command.refuse("save-temps", "a")
    command.refuse("option", "b")
    assert command.refusal == ("save-temps", "a")


def test_commands_share_nothing() -> None:
    Command("/w").cfgs.add("a")
    assert Command("/w").cfgs == set()
