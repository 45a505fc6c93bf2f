"""WRITE with what is lent: a blob gets a second name, or is copied."""

import errno
import os
import stat
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from dunnage.wire.messages import Exit, FileSource, WriteFile
from support.native import Stage


def lent(path: Path | str) -> WriteFile:
    """A file that may be the descriptor's own."""
    return WriteFile(str(path), False, FileSource.LENT)


@pytest.fixture
def blob(stage: Stage) -> Path:
    """As it lies in the store, on the file system of the target directory."""
    path = stage.directory / "blob"
    path.write_bytes(os.urandom(10_000))
    path.chmod(0o444)
    os.utime(path, (1, 1))
    return path


@pytest.mark.parametrize(("umask", "mode"), [(0o027, 0o640), (0o002, 0o664)])
def test_a_blob_is_lent(stage: Stage, blob: Path, umask: int, mode: int) -> None:
    """It is the same file, and looks like one that was just made; what had the name before is left as it was."""
    (stage.directory / "lib.rlib").write_bytes(b"before")
    os.link(stage.directory / "lib.rlib", stage.directory / "uplifted.rlib")
    call, peer = stage.compile(stage.script("exit 9"), umask=umask)
    began_ns = (stage.directory / "lib.rlib").stat().st_mtime_ns
    [record] = peer.write([lent("lib.rlib")], [blob])
    found = (stage.directory / "lib.rlib").stat()
    assert found.st_ino == blob.stat().st_ino
    assert (found.st_nlink, stat.S_IMODE(found.st_mode)) == (2, mode)
    assert found.st_mtime_ns >= began_ns
    assert record == (
        0, found.st_mode, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns,
    )  # fmt: skip
    assert (stage.directory / "uplifted.rlib").read_bytes() == b"before"
    peer.send(Exit(0, 0))
    assert call.end() == (0, b"", b"")
    assert not list(stage.directory.rglob("*dunnage*"))


def unread(path: Path) -> tuple[int, ...]:
    """What `stat` says, without when it was read last."""
    found = path.stat()
    return found.st_mode, found.st_nlink, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def another_has_it(directory: Path, blob: Path) -> None:
    os.link(blob, directory / "another")


def others_would_write_to_it(directory: Path, blob: Path) -> None:
    """A default access list: what is made here is for others, too."""
    entries = [(0x01, 6, -1), (0x02, 6, 1), (0x04, 4, -1), (0x10, 6, -1), (0x20, 4, -1)]
    packed = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)
    os.setxattr(directory, "system.posix_acl_default", packed)
    assert blob.stat().st_nlink == 1


@pytest.mark.parametrize(
    ("why", "path"),
    [
        (another_has_it, "here/lib.rlib"),
        (others_would_write_to_it, "here/lib.rlib"),
        (None, "here/missing/lib.rlib"),
        (None, "/dev/shm/{name}/lib.rlib"),
    ],
)
def test_what_cannot_be_lent_is_copied(
    why: Callable[[Path, Path], None] | None, path: str, stage: Stage, blob: Path
) -> None:
    here = stage.directory / "here"
    here.mkdir()
    with tempfile.TemporaryDirectory(dir="/dev/shm") as elsewhere:
        if why is not None:
            why(here, blob)
        before = unread(blob)
        place = stage.directory / path.format(name=Path(elsewhere).name)
        call, peer = stage.compile(stage.script("exit 9"))
        peer.write([lent(place)], [blob])
        assert place.read_bytes() == blob.read_bytes()
        assert place.stat().st_nlink == 1
        assert unread(blob) == before
        peer.send(Exit(0, 0))
        assert call.end() == (0, b"", b"")
    assert not list(stage.directory.rglob("*dunnage*"))


def test_a_name_that_cannot_be_taken(stage: Stage, blob: Path) -> None:
    (stage.directory / "lib.rlib").mkdir()
    call, peer = stage.compile(stage.script("exit 7"))
    [record] = peer.write([lent("lib.rlib")], [blob])
    assert record[0] == errno.EISDIR
    assert blob.stat().st_nlink == 1
    assert call.end() == (7, b"", b"")
    assert not list(stage.directory.rglob("*dunnage*"))
