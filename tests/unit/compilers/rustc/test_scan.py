"""Words to options, as the getopts crate does it; each case was tried with a real rustc."""

import pytest

from dunnage.compilers.refused import Malformed
from dunnage.compilers.rustc.scan import scan


def options(*words: str) -> list[tuple[str, str]]:
    return scan(["rustc", *words])[0]


@pytest.mark.parametrize(
    "words",
    [
        ("-Copt-level=1",),
        ("-C", "opt-level=1"),
        ("--codegen=opt-level=1",),
        ("--codegen", "opt-level=1"),
        ("--C", "opt-level=1"),
        ("--C=opt-level=1",),
    ],
)
def test_spellings_are_equal(words: tuple[str, ...]) -> None:
    assert options(*words) == [("codegen", "opt-level=1")]


def test_letters_may_stand_together() -> None:
    assert options("-vgC", "opt-level=1") == [("verbose", ""), ("debuginfo", ""), ("codegen", "opt-level=1")]
    assert options("-gO") == [("debuginfo", ""), ("optimize", "")]


def test_a_joined_letter_keeps_its_equals_sign() -> None:
    assert options("-A=x") == [("allow", "=x")]


def test_a_value_may_look_like_an_option() -> None:
    assert scan(["rustc", "--out-dir", "--crate-name", "a.rs"]) == ([("out-dir", "--crate-name")], ["a.rs"])


def test_an_empty_value() -> None:
    assert options("--cfg=") == [("cfg", "")]
    assert options("--cfg", "") == [("cfg", "")]


def test_free_words() -> None:
    assert scan(["rustc", "a.rs", "-"]) == ([], ["a.rs", "-"])
    assert scan(["rustc", "-g", "--", "-g", "--x"]) == ([("debuginfo", "")], ["-g", "--x"])
    assert scan(["rustc", ""]) == ([], [""])
    assert scan(["rustc"]) == ([], [])


def test_an_unknown_option_with_its_value_is_kept_whole() -> None:
    assert scan(["rustc", "--frob=1", "a.rs"]) == ([("unknown", "--frob=1")], ["a.rs"])


@pytest.mark.parametrize(
    "words",
    [
        ("--frob",),
        ("--frob", "a.rs"),
        ("--frob=a/b",),
        ("--frob-dir=x",),
        ("-q",),
        ("-gq",),
        ("-C",),
        ("-vC",),
        ("--codegen",),
        ("--test=1",),
        ("--cap-lint", "warn"),
        ("-edition=2021",),
    ],
)
def test_what_rustc_refuses_or_nobody_can_tell(words: tuple[str, ...]) -> None:
    with pytest.raises(Malformed):
        options(*words)
