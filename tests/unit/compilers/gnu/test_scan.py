"""Words to options, as the drivers do it."""

import pytest

from dunnage.compilers.gnu.scan import scan
from dunnage.compilers.refused import Malformed


@pytest.mark.parametrize(
    ("one", "other", "option"),
    [
        (["-Ix"], ["-I", "x"], ("-I", "x")),
        (["-DX=1"], ["-D", "X=1"], ("-D", "X=1")),
        (["-oa.o"], ["-o", "a.o"], ("-o", "a.o")),
        (["--output=a.o"], ["--output", "a.o"], ("-o", "a.o")),
        (["-xc"], ["-x", "c"], ("-x", "c")),
        (["-isystemx"], ["-isystem", "x"], ("-isystem", "x")),
        (["-MFx"], ["-MF", "x"], ("-MF", "x")),
        (["--param=a=1"], ["--param", "a=1"], ("--param", "a=1")),
        (["--sysroot=/s"], ["--sysroot", "/s"], ("--sysroot", "/s")),
        (["-include-pch", "x"], ["-include-pch", "x"], ("-include-pch", "x")),
        (["--target=arm"], ["-target", "arm"], ("-target", "arm")),
        (["--compile"], ["-c"], ("-c", "")),
        (["-isystem-afterx"], ["-isystem-after", "x"], ("-isystem-after", "x")),
        (["-specs=x"], ["--specs=x"], ("-specs=", "x")),
    ],
)
def test_spellings_are_equal(one: list[str], other: list[str], option: tuple[str, str]) -> None:
    assert scan(["gcc", *one]) == scan(["gcc", *other]) == [option]


def test_the_longest_prefix_wins() -> None:
    assert scan(["gcc", "-include", "a.h", "-includeb.h", "-isystemx", "-isysrooty", "-Wp,-DX", "-mllvm", "-x"]) == [
        ("-include", "a.h"), ("-include", "b.h"), ("-isystem", "x"), ("-isysroot", "y"), ("-Wp,", "-DX"),
        ("-mllvm", "-x"),
    ]  # fmt: skip


def test_families_are_one_word() -> None:
    words = ["-f", "-fPIC", "-m64", "-Wall", "-g3", "-O2", "-Rpass=x", "-W", "-O"]
    assert scan(["gcc", *words, "a.c"]) == [*(("family", word) for word in words), ("source", "a.c")]


def test_a_value_may_look_like_anything() -> None:
    assert scan(["gcc", "-o", "-c", "-MT", "a.c", "-D", "@x", "b.c"]) == [
        ("-o", "-c"), ("-MT", "a.c"), ("-D", "@x"), ("source", "b.c"),
    ]  # fmt: skip


def test_what_is_not_known() -> None:
    assert scan(["gcc", "-zzz", "-Yx", "--frob=1", "--"]) == [
        ("-z", "zz"), ("unknown", "-Yx"), ("unknown", "--frob=1"), ("unknown", "--"),
    ]  # fmt: skip


def test_free_words() -> None:
    assert scan(["gcc", "a.c", "-", ""]) == [("source", "a.c"), ("source", "-"), ("source", "")]
    assert scan(["gcc"]) == []


@pytest.mark.parametrize("word", ["-o", "-I", "-MF", "--param", "-Xlinker", "-include", "-target"])
def test_a_value_that_is_missing(word: str) -> None:
    with pytest.raises(Malformed):
        scan(["gcc", "-c", word])
