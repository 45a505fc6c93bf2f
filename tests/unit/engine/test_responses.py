"""Response files: all of them, or none."""

import os
from pathlib import Path

from dunnage.engine.responses import read_response_files
from support.units import LocalView


def test_contents_by_the_name_as_written(tmp_path: Path) -> None:
    (tmp_path / "args").write_bytes(b"--crate-name\nx\xff\n")
    (tmp_path / "empty").touch()
    absolute = str(tmp_path / "empty")
    assert read_response_files(LocalView(), ["args", absolute], str(tmp_path)) == {
        "args": b"--crate-name\nx\xff\n",
        absolute: b"",
    }


def test_one_that_cannot_be_read_is_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "args").touch()
    before = len(os.listdir("/proc/self/fd"))
    assert read_response_files(LocalView(), ["args", "missing"], str(tmp_path)) is None
    assert read_response_files(LocalView(), ["."], str(tmp_path)) is None
    assert len(os.listdir("/proc/self/fd")) == before


def test_one_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(16 * 1024 * 1024 + 1)
    assert read_response_files(LocalView(), ["huge"], str(tmp_path)) is None
