"""Response files."""

import subprocess
from pathlib import Path

import pytest

from dunnage.compilers.refused import ResponseFileError
from dunnage.compilers.rustc.response import expand, needed
from support.rustc_args import installed_rustc


def test_names_as_written_without_the_program() -> None:
    assert needed(["@rustc", "a", "@b/c", "--out-dir", "@d", "@b/c", "x@y", "@"]) == ("b/c", "d", "")


def test_lines_are_arguments() -> None:
    files = {"f": b'--cfg\na b\n\n "q"\\ \r\n--x'}
    assert expand(["rustc", "1", "@f", "2"], files) == [
        "rustc",
        "1",
        "--cfg",
        "a b",
        "",
        ' "q"\\ ',
        "--x",
        "2",
    ]


@pytest.mark.parametrize(
    ("data", "words"), [(b"", []), (b"\n", [""]), (b"a", ["a"]), (b"a\n", ["a"]), (b"a\n\n", ["a", ""])]
)
def test_ends_of_files(data: bytes, words: list[str]) -> None:
    assert expand(["rustc", "@f"], {"f": data}) == ["rustc", *words]


def test_they_do_not_nest() -> None:
    assert expand(["rustc", "@f"], {"f": b"@g", "g": b"x"}) == ["rustc", "@g"]


def test_without_any_nothing_is_copied() -> None:
    argv = ["@rustc", "a"]
    assert expand(argv, None) is argv


@pytest.mark.parametrize("files", [None, {}, {"f": b"\xff"}])
def test_what_cannot_be_read(files: dict[str, bytes] | None) -> None:
    with pytest.raises(ResponseFileError):
        expand(["rustc", "@f"], files)


def test_rustc_reads_them_so(tmp_path: Path) -> None:
    (tmp_path / "x.rs").write_text("fn main() {}\n")
    (tmp_path / "args").write_text("--crate-name\nx y\r\n--print=crate-name\n")
    said = subprocess.run(
        [installed_rustc(), "x.rs", "@args"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "x y" in said.stderr
