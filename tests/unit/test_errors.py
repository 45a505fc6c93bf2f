"""The tree of errors: what the docstring draws is what the classes are."""

import re

import pytest

from dunnage import errors
from dunnage.errors import ConfigError, DunnageError, NotRunning


def classes() -> list[type[DunnageError]]:
    found = [DunnageError]
    for cls in found:
        found.extend(cls.__subclasses__())
    return [cls for cls in found if cls.__module__ == errors.__name__]


def test_the_drawn_tree_names_every_class_with_its_exit_code() -> None:
    drawn = dict(re.findall(r"(\w+) {2,}(\d+)", errors.__doc__ or ""))
    assert drawn == {cls.__name__: str(cls.exit_code) for cls in classes()}


def test_no_two_errors_share_an_exit_code() -> None:
    codes = [cls.exit_code for cls in classes()]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("cls", classes())
def test_an_exit_code_can_be_told_from_a_signal_and_from_the_shells_own(cls: type[DunnageError]) -> None:
    assert 1 <= cls.exit_code < 126


def test_text_is_the_message_and_the_hint() -> None:
    assert str(ConfigError("size_max is not a size.")) == f"size_max is not a size. {ConfigError.hint}"


def test_a_hint_of_its_own_replaces_the_class_one() -> None:
    error = NotRunning("No daemon answers.", hint="Look at the log.")
    assert (str(error), error.advice) == ("No daemon answers. Look at the log.", "Look at the log.")


def test_an_empty_hint_leaves_no_space_behind() -> None:
    assert str(DunnageError("Something.")) == "Something."
