import errno
import os
from pathlib import Path

import pytest
from blake3 import blake3

from dunnage.store import contents
from dunnage.store.contents import copy, digest_of_open

SIZES = [0, 1, 4096, 1024 * 1024, 3 * 1024 * 1024 + 17]


@pytest.fixture(params=["copy_file_range", "reading", "nothing copied"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel's copy, one between file systems that have nothing in common, and one that gives nothing."""

    def refused(*_: object, **__: object) -> int:
        raise OSError(errno.EXDEV, "not on one file system")

    if request.param != "copy_file_range":
        monkeypatch.setattr(
            os, "copy_file_range", refused if request.param == "reading" else lambda *_, **__: 0
        )


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("size", SIZES)
def test_everything_is_copied_from_the_beginning(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "source").write_bytes(data)
    with (tmp_path / "source").open("rb") as source, (tmp_path / "target").open("w+b") as target:
        source.seek(size // 2)
        copy(source.fileno(), target.fileno())
        assert source.tell() == size // 2
        assert digest_of_open(target.fileno()) == (blake3(data).digest(), size)
    assert (tmp_path / "target").read_bytes() == data


def test_a_file_that_says_it_is_empty_is_read_all_the_same(tmp_path: Path) -> None:
    with Path("/proc/self/status").open("rb") as source, (tmp_path / "target").open("wb") as target:
        copy(source.fileno(), target.fileno())
    assert (tmp_path / "target").read_bytes().startswith(b"Name:")


def test_other_errors_are_the_callers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(contents.os, "copy_file_range", full)
    (tmp_path / "source").write_bytes(b"x")
    with (
        (tmp_path / "source").open("rb") as source,
        (tmp_path / "target").open("wb") as target,
        pytest.raises(OSError, match="no room"),
    ):
        copy(source.fileno(), target.fileno())
