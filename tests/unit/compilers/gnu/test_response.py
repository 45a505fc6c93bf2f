"""Response files: the words that real gcc and clang find in them."""

from pathlib import Path

import pytest

from dunnage.compilers.gnu.response import DEPTH_MAX, expand, needed, split
from dunnage.compilers.refused import ResponseFileError
from support.gnu_args import compile_in, macros_in


def test_needed() -> None:
    assert needed(["gcc", "@a", "-c", "@b", "@a"]) == ("a", "b")
    assert needed(["@gcc", "a@b"]) == ()


def test_needed_are_those_of_files_that_were_read_too() -> None:
    files = {"a": b"-c @b '@c d'", "b": b"@e @a"}
    assert needed(["gcc", "@a"], {}) == ("a",)
    assert needed(["gcc", "@a"], {"a": files["a"]}) == ("b", "c d")
    assert needed(["gcc", "@a"], files) == ("e", "c d")


def test_what_cannot_be_read_is_no_reason_to_ask_for_more() -> None:
    assert needed(["gcc", "@a", "@b"], {"a": b"'@c"}) == ("b",)


def test_expand() -> None:
    files = {"a": b"-c\n'b c.c'\n", "n": b"-DX @a -DY"}
    assert expand(["gcc", "-O2", "@a", "-g"], files) == ["gcc", "-O2", "-c", "b c.c", "-g"]
    assert expand(["gcc", "@n"], files) == ["gcc", "-DX", "-c", "b c.c", "-DY"]
    argv = ["gcc", "a@b"]
    assert expand(argv, None) is argv


@pytest.mark.parametrize(
    ("argv", "files"),
    [
        (["gcc", "@a"], None),
        (["gcc", "@a"], {"a": b"@b"}),
        (["gcc", "@a"], {"a": b"@a"}),
        (["gcc", "@a"], {"a": b"@a @a @a @a"}),
    ],
)
def test_what_is_missing_or_has_no_end(argv: list[str], files: dict[str, bytes] | None) -> None:
    with pytest.raises(ResponseFileError):
        expand(argv, files)


def test_as_deep_as_it_may_be() -> None:
    files = {str(depth): f"@{depth + 1}".encode() for depth in range(DEPTH_MAX - 1)} | {
        str(DEPTH_MAX - 1): b"-c"
    }
    assert expand(["gcc", "@0"], files) == ["gcc", "-c"]
    assert needed(["gcc", "@0"], files) == ()


@pytest.mark.parametrize(
    "data",
    [
        b"'a",
        b'"a',
        b"a\\",
        b"a\\\nb",
        b"'a\\b'",
        b'"a\\b"',
        b"a\x00b",
        b"a\x0bb",
        b"a\x0cb",
        b"\xef\xbb\xbfa",
        b"\\\r",
    ],
)
def test_what_readers_differ_about(data: bytes) -> None:
    with pytest.raises(ResponseFileError):
        split("a", data)


CASES = (
    b"-DA -DB\t-DC\r\n-DD\n\n",
    b"",
    b" \n",
    b"-DA='x y'",
    b'-DA="x y"',
    b"-DA=x\\ y",
    b'-DA=\\"x\\"',
    b'-DA="\\"x\\\\\\$"',
    b"'-DA=\"'",
    b'"-DA=\'"',
    b"-DA=a'b'\"c\"d",
    b"-DA=\\\\",
    "-DA=ä".encode(),
    b"-DA=\\a\\b",
    b"-DA=''",
)


@pytest.mark.parametrize("program", ["gcc", "clang"])
@pytest.mark.parametrize("data", CASES)
def test_real_compilers_read_the_same(program: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.c").touch()
    (tmp_path / "args").write_bytes(data)
    done = compile_in(tmp_path, program, ["-###", "-c", "a.c", "@args"])
    assert done.returncode == 0, done.stderr
    assert macros_in(done.stderr) == [word[2:] for word in split("args", data)]
