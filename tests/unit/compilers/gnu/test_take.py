"""What each option does."""

import pytest

from support.gnu_args import refusal_of, unit_of, words_of


def test_order_is_kept_and_absolute_paths_are_paths() -> None:
    assert words_of("-DA", "-I", "/w/i", "-Ij", "-UA", "-fPIC", "-isystem/s", "-include", "x.h") == [
        ("-D", "A", False), ("-I", "/w/i", True), ("-I", "j", False), ("-U", "A", False), ("option", "-fPIC", False),
        ("-isystem", "/s", True), ("-include", "x.h", False),
    ]  # fmt: skip


def test_words_about_dep_info_count_because_they_show_in_it() -> None:
    assert words_of("-MD", "-MFx.d", "-MT", "t", "-MP") == [
        ("-MD", "", False), ("-MF", "x.d", False), ("-MT", "t", False), ("-MP", "", False),
    ]  # fmt: skip
    assert words_of("-MMD") != words_of("-MD")


def test_languages_are_words() -> None:
    assert words_of("-xc++", "b", base=("-c",)) == [("-x", "c++", False)]
    assert words_of("-xc", base=("-c", "a.c")) == [("-x", "c", False)]


def test_an_output_may_be_said_twice_if_it_is_the_same() -> None:
    assert unit_of("-o", "out/a.o").outputs[0].path == "/w/out/a.o"
    assert refusal_of("-o", "out/b.o") == ("explicit-output", "-o out/b.o")


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (("-E",), ("preprocesses", "-E")),
        (("-MM",), ("preprocesses", "-MM")),
        (("-S",), ("assembly", "-S")),
        (("-save-temps=obj",), ("save-temps", "-save-temps =obj")),
        (("--version",), ("not-a-compile", "--version")),
        (("-v",), ("not-a-compile", "-v")),
        (("-###",), ("not-a-compile", "-###")),
        (("-print-prog-name=as",), ("not-a-compile", "-print -prog-name=as")),
        (("-aux-info", "x"), ("option", "-aux-info x")),
        (("-da",), ("option", "-d a")),
        (("-Yx",), ("option", "-Yx")),
        (("--frob",), ("option", "--frob")),
        (("-wrapper", "gdb,--args"), ("option", "-wrapper gdb,--args")),
        (("-arch", "a", "-arch", "b"), ("option", "several -arch")),
    ],
)
def test_refused(words: tuple[str, ...], refusal: tuple[str, str]) -> None:
    assert refusal_of(*words) == refusal


def test_one_architecture() -> None:
    assert words_of("-arch", "arm64") == [("-arch", "arm64", False)]
