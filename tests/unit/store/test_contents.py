import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from blake3 import blake3

from dunnage import limits
from dunnage.store import contents
from dunnage.store.contents import copy_of_open, digest_of_open

SIZES = [0, 1, 4096, 512 * 1024, 512 * 1024 + 1, 3 * 1024 * 1024 + 17]


def cloned(target: int, _request: int, source: int) -> int:
    """What FICLONE does where it can."""
    os.pwrite(target, os.pread(source, os.fstat(source).st_size, 0), 0)
    return 0


@pytest.fixture(params=["as it is here", "reflink"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to copy, on any file system."""
    if request.param == "reflink":
        monkeypatch.setattr(contents, "ioctl", cloned)


class Seen:
    """Puts the pieces of a file together again, and sees that the end of what came before stands in front."""

    def __init__(self) -> None:
        self.data = b""

    def look(self, buffer: bytearray, start: int, end: int) -> None:
        before = (bytes(limits.LOOK_BACK_BYTES) + self.data)[-limits.LOOK_BACK_BYTES :]
        assert buffer[start - limits.LOOK_BACK_BYTES : start] == before
        self.data += buffer[start:end]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("size", SIZES)
def test_everything_is_copied_from_the_beginning(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    seen = Seen()
    (tmp_path / "source").write_bytes(data)
    with (tmp_path / "source").open("rb") as source, (tmp_path / "target").open("w+b") as target:
        source.seek(size // 2)
        assert copy_of_open(source.fileno(), target.fileno(), seen.look) == (blake3(data).digest(), size)
        assert source.tell() == size // 2
        assert digest_of_open(target.fileno()) == (blake3(data).digest(), size)
    assert (tmp_path / "target").read_bytes() == data == seen.data


def test_a_file_that_says_it_is_empty_is_read_all_the_same(tmp_path: Path) -> None:
    with Path("/proc/self/status").open("rb") as source, (tmp_path / "target").open("wb") as target:
        copy_of_open(source.fileno(), target.fileno())
    assert (tmp_path / "target").read_bytes().startswith(b"Name:")


def half(write: Callable[[int, memoryview], int]) -> Callable[[int, memoryview], int]:
    """A write that takes half of what it is given, as at the end of a disk or after a signal."""
    return lambda fd, data: write(fd, data[: (len(data) + 1) // 2])


def test_what_is_written_in_parts_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "source").write_bytes(b"all of it")
    monkeypatch.setattr(contents.os, "write", half(os.write))
    with (tmp_path / "source").open("rb") as source, (tmp_path / "target").open("wb") as target:
        copy_of_open(source.fileno(), target.fileno())
    assert (tmp_path / "target").read_bytes() == b"all of it"


def test_errors_are_the_callers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "no room")

    monkeypatch.setattr(contents.os, "write", full)
    (tmp_path / "source").write_bytes(b"x")
    with (
        (tmp_path / "source").open("rb") as source,
        (tmp_path / "target").open("wb") as target,
        pytest.raises(OSError, match="no room"),
    ):
        copy_of_open(source.fileno(), target.fileno())
