"""Response files: all of them, or none."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from dunnage.engine.responses import read_response_files
from support.units import LocalView


def read(folder: Path, *names: str, program: str = "rustc") -> object:
    """What is read for a command line with these files; no descriptor may be left open."""
    before = len(os.listdir("/proc/self/fd"))
    contents = read_response_files(LocalView(), [program, *(f"@{name}" for name in names)], str(folder))
    assert len(os.listdir("/proc/self/fd")) == before
    return contents


def chain(folder: Path, words: Sequence[str]) -> None:
    """Files `0`, `1`, … with these words in them."""
    for index, word in enumerate(words):
        (folder / str(index)).write_text(word)


def test_contents_by_the_name_as_written(tmp_path: Path) -> None:
    (tmp_path / "args").write_bytes(b"--crate-name\nx\xff\n")
    (tmp_path / "empty").touch()
    absolute = str(tmp_path / "empty")
    assert read(tmp_path, "args", absolute) == {"args": b"--crate-name\nx\xff\n", absolute: b""}


def test_none_is_none(tmp_path: Path) -> None:
    assert read(tmp_path) == {}


def test_one_that_cannot_be_read_is_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "args").touch()
    assert read(tmp_path, "args", "missing") is None
    assert read(tmp_path, ".") is None


@pytest.mark.parametrize("sizes", [(16 * 1024 * 1024 + 1,), (9 * 1024 * 1024, 9 * 1024 * 1024)])
def test_what_is_too_large_is_not_read(sizes: Sequence[int], tmp_path: Path) -> None:
    for index, size in enumerate(sizes):
        with (tmp_path / str(index)).open("wb") as file:
            file.truncate(size)
    assert read(tmp_path, *map(str, range(len(sizes)))) is None


def test_those_of_gcc_may_name_further_ones(tmp_path: Path) -> None:
    chain(tmp_path, ["-c @1 @2", "@2 -O2", "a.c"])
    assert read(tmp_path, "0", program="gcc") == {"0": b"-c @1 @2", "1": b"@2 -O2", "2": b"a.c"}
    assert read(tmp_path, "0") == {"0": b"-c @1 @2"}


def test_a_nested_one_that_is_missing_is_all_of_them(tmp_path: Path) -> None:
    chain(tmp_path, ["@1 @2", "-c"])
    assert read(tmp_path, "0", program="gcc") is None


def test_one_that_names_itself_is_read_once(tmp_path: Path) -> None:
    chain(tmp_path, ["@0"])
    assert read(tmp_path, "0", program="gcc") == {"0": b"@0"}


def test_too_many_or_too_deep(tmp_path: Path) -> None:
    chain(tmp_path, [f"@{index + 1}" for index in range(20)] + ["-c"])
    assert read(tmp_path, "0", program="gcc") is None
    assert read(tmp_path, "10", program="gcc") is not None
    chain(tmp_path, ["-c"] * 65)
    assert read(tmp_path, *map(str, range(65)), program="gcc") is None
