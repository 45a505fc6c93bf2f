"""WRITE: the client puts files where they belong."""

import errno
import fcntl
import mmap
import os
import stat
import sys
import termios
from pathlib import Path
from typing import IO

import pytest

from dunnage import limits
from dunnage.wire.messages import (
    STAT_RECORD,
    Exit,
    Exited,
    FileSource,
    Output,
    Run,
    Write,
    WriteFile,
    Written,
)
from support.native import Stage
from support.running import until


def by_descriptor(path: Path | str, *, executable: bool = False) -> WriteFile:
    """A file whose bytes come from a descriptor."""
    return WriteFile(str(path), executable, FileSource.DESCRIPTOR)


def inline(path: Path | str, data: bytes = b"inline") -> WriteFile:
    """A file whose bytes come in the frame."""
    return WriteFile(str(path), False, FileSource.INLINE, data)


def test_what_is_written(stage: Stage, tmp_path: Path) -> None:
    """Bytes, modes by the umask, missing parents, and a record as the file now stands under its name."""
    blob = tmp_path / "blob"
    blob.write_bytes(os.urandom(300_000))
    blob.chmod(0o444)
    call, peer = stage.compile(stage.script("exit 9"), umask=0o027)
    out = stage.directory / "out"
    paths = [out / "a/b/lib.rlib", out / "a/program", Path("relative.d"), out / "empty"]
    files = [
        by_descriptor(paths[0]),
        by_descriptor(paths[1], executable=True),
        inline(paths[2]),
        inline(paths[3], b""),
    ]
    records = peer.write(files, [blob, blob])
    paths[2] = stage.directory / paths[2]
    assert [path.read_bytes() for path in paths] == [blob.read_bytes(), blob.read_bytes(), b"inline", b""]
    assert [stat.S_IMODE(path.stat().st_mode) for path in paths] == [0o640, 0o750, 0o640, 0o640]
    for path, record in zip(paths, records, strict=True):
        found = path.stat()
        assert record == (
            0, found.st_mode, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns,
        )  # fmt: skip
        assert found.st_mtime_ns >= blob.stat().st_mtime_ns
    peer.send(Exit(0, 0))
    assert call.end() == (0, b"", b"")
    assert stage.runs() == 0
    assert not list(stage.directory.rglob("*dunnage*"))


def test_a_hit_in_one_send(stage: Stage, tmp_path: Path) -> None:
    """WRITE is followed by EXIT without waiting: the files stand before anything is printed."""
    blob = tmp_path / "blob"
    blob.write_bytes(b"blob")
    call, peer = stage.compile(stage.script("exit 9"))
    fd = os.open(blob, os.O_RDONLY)
    peer.send(Write([by_descriptor("lib.rmeta")]), Exit(0, 0, b"out\0", b"notice\n" * 10_000), fds=[fd])
    os.close(fd)
    assert call.stderr.readline() == b"notice\n"
    assert (stage.directory / "lib.rmeta").read_bytes() == b"blob"
    assert call.end() == (0, b"out\0", b"notice\n" * 9_999)
    assert stage.runs() == 0


def test_a_notice_is_printed_before_the_next_file_is_begun(stage: Stage) -> None:
    """Nobody reads, so the second one fills the pipe, and the client stands there."""
    call, peer = stage.compile(stage.script("exit 9"))
    room = fcntl.fcntl(call.stderr, fcntl.F_SETPIPE_SZ, mmap.PAGESIZE)
    notices = (b"metadata\n", bytes(room), b"")
    names = ("lib.rmeta", "lib.rlib", "lib.d")
    files = [
        WriteFile(name, False, FileSource.INLINE, name.encode(), notice)
        for name, notice in zip(names, notices, strict=True)
    ]
    peer.send(Write(files), Exit(0, 0, b"", b"warned\n"))
    assert until(lambda: waiting_in(call.stderr) and (stage.directory / "lib.rlib").exists())
    assert [(stage.directory / name).exists() for name in names] == [True, True, False]
    assert call.end() == (0, b"", b"".join(notices) + b"warned\n")
    assert [(stage.directory / name).read_text() for name in names] == list(names)


def waiting_in(pipe: IO[bytes]) -> int:
    """How many bytes nobody has read yet."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


@pytest.mark.parametrize(
    ("again", "heard"),
    [
        ("printf notice; printf '\\nmore\\n'", b"notice\nmore\n"),  # in several pieces
        ("printf notice", b"notice\n"),
        ("printf 'notices\\n'", b"notice\ns\n"),
        ("printf 'warned\\nnotice\\n'", b"notice\nwarned\nnotice\n"),
        ("printf 'notice\\nnotice\\n'", b"notice\nnotice\n"),
        (":", b"notice\n"),
    ],
)
def test_what_was_said_is_not_said_again(stage: Stage, again: str, heard: bytes) -> None:
    """The second file cannot be written, so the compiler runs after all. cargo panics at a second notice."""
    (stage.directory / "in-the-way").mkdir()
    call, peer = stage.compile(stage.script(f"printf out; {{ {again}; }} >&2; exit 9"))
    files = [WriteFile("lib.rmeta", False, FileSource.INLINE, b"x", b"notice\n"), inline("in-the-way")]
    peer.send(Write(files), Exit(0, 0, b"", b"not this"))
    assert isinstance(peer.next(), Written)
    assert call.end() == (9, b"out", heard)
    assert stage.runs() == 1


def test_what_was_said_is_not_said_again_by_a_compiler_that_the_daemon_wants(stage: Stage) -> None:
    """The daemon hears all of it."""
    call, peer = stage.compile(stage.script("printf 'notice\\nmore\\n' >&2; exit 9"))
    peer.send(Write([WriteFile("lib.rmeta", False, FileSource.INLINE, b"x", b"notice\n")]), Run(0))
    assert isinstance(peer.next(), Written)
    told = b""
    while isinstance(message := peer.next(), Output):
        told += message.data
    assert isinstance(message, Exited)
    assert told == b"notice\nmore\n"
    peer.send(Exit(message.code, message.signal))
    assert call.end() == (9, b"", b"notice\nmore\n")


def test_more_notices_than_can_be_kept_in_mind(stage: Stage) -> None:
    call, peer = stage.compile(stage.script("exit 9"))
    full = WriteFile("full", False, FileSource.INLINE, b"x", bytes(limits.NOTICE_BYTES_MAX))
    more = WriteFile("more", False, FileSource.INLINE, b"x", b"more")
    peer.send(Write([full, more]), Exit(0, 0))
    assert call.stderr.read(limits.NOTICE_BYTES_MAX) == full.notice
    errors = [STAT_RECORD.unpack(record)[0] for record in peer.expect(Written).records]
    assert errors == [0, errno.EMSGSIZE]
    assert call.end() == (9, b"", b"")


def test_no_notice_behind_a_file_that_could_not_be_written(stage: Stage) -> None:
    (stage.directory / "in-the-way").mkdir()
    call, peer = stage.compile(stage.script("exit 9"))
    files = [
        WriteFile("in-the-way", False, FileSource.INLINE, b"x", b"not this\n"),
        WriteFile("other", False, FileSource.INLINE, b"x", b"nor this\n"),
    ]
    peer.send(Write(files), Exit(0, 0, b"", b"not this"))
    assert isinstance(peer.next(), Written)
    code, _, stderr = call.end()
    assert (code, stderr) == (9, b"")
    assert stage.runs() == 1


@pytest.mark.parametrize("size", [0, 1, 65536, 3_000_001])
@pytest.mark.parametrize("place", ["same", "shm", "memfd"])
def test_any_size_from_anywhere(stage: Stage, tmp_path: Path, size: int, place: str) -> None:
    """Within a file system, from another one, from no file system; wherever the descriptor's own offset stands."""
    data = os.urandom(size)
    if place == "memfd":
        fd = os.memfd_create("blob")
        os.write(fd, data)
    else:
        blob = tmp_path / "blob" if place == "same" else Path(f"/dev/shm/dunnage-test-{os.getpid()}")
        blob.write_bytes(data)
        fd = os.open(blob, os.O_RDONLY)
        if place == "shm":
            blob.unlink()
    os.lseek(fd, size // 2, os.SEEK_SET)
    call, peer = stage.compile(stage.script("exit 9"))
    peer.send(Write([by_descriptor("one"), by_descriptor("two")]), Exit(0, 0), fds=[fd, fd])
    assert call.end()[0] == 0
    assert os.lseek(fd, 0, os.SEEK_CUR) == size // 2
    os.close(fd)
    assert (stage.directory / "one").read_bytes() == data
    assert (stage.directory / "two").read_bytes() == data


def test_old_files_are_replaced_not_written_through(stage: Stage) -> None:
    """Hard links, symbolic links and read-only files keep what they had."""
    place = stage.directory
    other, target = place / "other", place / "target"
    other.write_text("other")
    target.write_text("target")
    os.link(other, place / "linked")
    (place / "symbolic").symlink_to(target)
    (place / "read-only").write_text("old")
    (place / "read-only").chmod(0o400)
    call, peer = stage.compile(stage.script("exit 9"))
    names = ["linked", "symbolic", "read-only"]
    assert [record[0] for record in peer.write([inline(name, b"new") for name in names])] == [0, 0, 0]
    peer.send(Exit(0, 0))
    assert call.end()[0] == 0
    assert [(place / name).read_text() for name in names] == ["new"] * 3
    assert not (place / "symbolic").is_symlink()
    assert (other.read_text(), target.read_text()) == ("other", "target")


def test_names_as_long_as_can_be(stage: Stage) -> None:
    """A temporary name has room beside it."""
    call, peer = stage.compile(stage.script("exit 9"))
    name = "n" * 255
    assert peer.write([inline(name)])[0][0] == 0
    assert (stage.directory / name).read_bytes() == b"inline"
    peer.send(Exit(0, 0))
    assert call.end()[0] == 0


def test_a_temporary_name_that_is_taken(stage: Stage) -> None:
    """Two containers may have the same pids: the next number is tried, and nobody's file is touched."""
    call = stage.start(stage.script("exit 9"), "--crate-name", "x")
    peer = stage.daemon.accept()
    hello = peer.greet()
    taken = [stage.directory / f".out.dunnage-{hello.pid}-{i}" for i in range(3)]
    for path in taken:
        path.write_text("not ours")
    assert peer.write([inline("out")])[0][0] == 0
    peer.send(Exit(0, 0))
    assert call.end()[0] == 0
    assert [path.read_text() for path in taken] == ["not ours"] * 3


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("rustc/below-a-file", errno.ENOTDIR),
        ("directory", errno.EISDIR),
        ("directory/", errno.EISDIR),
        ("", errno.ENOENT),
        ("n" * 256, errno.ENAMETOOLONG),
        ("/proc/none/such", errno.ENOENT),
        ("d/" * 2500 + "f", errno.ENAMETOOLONG),
    ],
)
def test_what_cannot_be_written_is_compiled(stage: Stage, path: str, error: int) -> None:
    """The errno for that file, the others written, no temporary file left; EXIT behind it is ignored."""
    (stage.directory / "directory").mkdir()
    call, peer = stage.compile(stage.script("echo compiled; exit 9"))
    peer.send(Write([inline("before"), inline(path), inline("after")]), Exit(0, 0, b"not this"))
    records = [STAT_RECORD.unpack(record) for record in peer.expect(Written).records]
    assert [record[0] for record in records] == [0, error, 0]
    assert records[1] == (error, 0, 0, 0, 0, 0, 0)
    assert peer.is_closed()
    assert call.end() == (9, b"compiled\n", b"")
    assert stage.runs() == 1
    assert not list(stage.directory.rglob("*dunnage*"))


def test_no_room(stage: Stage, tmp_path: Path) -> None:
    """A descriptor that cannot be read is an error, too: nothing half is left under the name."""
    directory = os.open(tmp_path, os.O_RDONLY)
    call, peer = stage.compile(stage.script("exit 9"))
    (stage.directory / "out").write_text("old")
    peer.send(Write([by_descriptor("out")]), Exit(0, 0), fds=[directory])
    os.close(directory)
    assert STAT_RECORD.unpack(peer.expect(Written).records[0])[0] == errno.EISDIR
    assert call.end()[0] == 9
    assert (stage.directory / "out").read_text() == "old"
    assert not list(stage.directory.rglob("*dunnage*"))


@pytest.mark.parametrize(("files", "descriptors"), [(2, 1), (1, 2), (0, 1), (1, 0)])
def test_descriptors_that_do_not_fit(stage: Stage, tmp_path: Path, files: int, descriptors: int) -> None:
    """Too few or too many for what is to be written: the daemon is not believed at all."""
    blob = tmp_path / "blob"
    blob.write_text("blob")
    call, peer = stage.compile(stage.script("exit 9"))
    fds = [os.open(blob, os.O_RDONLY) for _ in range(descriptors)]
    peer.send(Write([by_descriptor(f"out{i}") for i in range(files)]), fds=fds)
    for fd in fds:
        os.close(fd)
    assert peer.is_closed()
    assert call.end()[0] == 9
    assert not (stage.directory / "out0").exists()


def test_more_descriptors_than_may_travel(stage: Stage, tmp_path: Path) -> None:
    """The kernel cuts what we have no room for; that is trouble, not a guess which are missing."""
    files = 10 if stage.client.emulated else 64  # qemu does not tell the client that it was cut
    blob = tmp_path / "blob"
    blob.write_text("blob")
    call, peer = stage.compile(stage.script("exit 9"))
    fds = [os.open(blob, os.O_RDONLY) for _ in range(70)]
    peer.send(Write([by_descriptor(f"out{i}") for i in range(files)]), fds=fds)
    for fd in fds:
        os.close(fd)
    assert peer.is_closed()
    assert call.end()[0] == 9


def test_as_many_as_a_frame_may_have(stage: Stage, tmp_path: Path) -> None:
    """Sixty-four files at once."""
    blob = tmp_path / "blob"
    blob.write_text("blob")
    call, peer = stage.compile(stage.script("exit 9"))
    assert {
        record[0] for record in peer.write([by_descriptor(f"out{i}") for i in range(64)], [blob] * 64)
    } == {0}
    peer.send(Exit(0, 0))
    assert call.end()[0] == 0
    assert all((stage.directory / f"out{i}").read_text() == "blob" for i in range(64))
