"""A directory as a remote: whole files or none, whatever others do to it."""

import errno
import io
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dunnage.errors import ConfigError, RemoteDamaged, RemoteFull, RemoteRefused, RemoteUnavailable
from dunnage.remote.directory import DirectoryObjects, open_backend
from dunnage.remote.url import RemoteUrl
from support.remotes.things import blob, fetched, name
from support.require import require


def got(objects: DirectoryObjects, name: str) -> bytes | None:
    with objects.stream(name) as pieces:
        return None if pieces is None else b"".join(pieces)


def put(objects: DirectoryObjects, name: str, data: bytes) -> None:
    objects.put(name, io.BytesIO(data), len(data))


@pytest.mark.parametrize(
    "url", ["file://", "file:///", "file://host/path", "file:///path?option=1", "file:relative"]
)
def test_urls_that_name_no_directory(url: str) -> None:
    with pytest.raises(ConfigError):
        open_backend(RemoteUrl.parse(url), {})


def test_a_place_with_odd_letters(tmp_path: Path) -> None:
    place = tmp_path / "with space and ü"
    place.mkdir()
    backend = open_backend(RemoteUrl.parse(f"file://{tmp_path}/with%20space%20and%20%C3%BC"), {})
    backend.put_blobs([blob(b"data")])
    assert [path.name for path in place.iterdir()] == ["v1"]


def test_nothing_is_left_but_the_object(tmp_path: Path) -> None:
    objects = DirectoryObjects(str(tmp_path))
    put(objects, "v1/a/b", b"first")
    put(objects, "v1/a/b", b"second")
    assert got(objects, "v1/a/b") == b"second"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "v1/a/b"]
    assert (tmp_path / "v1/a/b").stat().st_mode & 0o222 == 0


def test_a_directory_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    objects = DirectoryObjects(str(tmp_path / "unmounted"))
    with pytest.raises(RemoteUnavailable, match="not there"):
        objects.check()
    with pytest.raises(RemoteUnavailable):
        put(objects, "v1/a", b"x")
    with pytest.raises(RemoteUnavailable, match="not there"):
        got(objects, "v1/a")
    assert not objects.has("v1/a")
    assert not (tmp_path / "unmounted").exists()


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    objects = DirectoryObjects(str(tmp_path / "file"))
    with pytest.raises(RemoteUnavailable, match="cannot be read"):
        objects.check()
    with pytest.raises(RemoteUnavailable, match="cannot be read"):
        got(objects, "v1/a")


def test_another_machine_removes_everything(tmp_path: Path) -> None:
    objects = DirectoryObjects(str(tmp_path))
    put(objects, "v1/a/b", b"x")
    shutil.rmtree(tmp_path / "v1")
    assert got(objects, "v1/a/b") is None
    put(objects, "v1/a/b", b"y")
    assert got(objects, "v1/a/b") == b"y"


def test_another_machine_keeps_removing_while_others_put(tmp_path: Path) -> None:
    backend = open_backend(RemoteUrl.parse(f"file://{tmp_path}"), {})
    stop = threading.Event()

    def remove() -> None:
        while not stop.is_set():
            shutil.rmtree(tmp_path / "v1", ignore_errors=True)

    remover = threading.Thread(target=remove)
    remover.start()
    outcomes = set()
    for number in range(60):
        source = blob(b"%d" % number * 1000)
        try:
            backend.put_blobs([source])
            outcomes.add(len(fetched(backend, [source.name])))
        except RemoteUnavailable:
            outcomes.add(2)
    stop.set()
    remover.join()
    assert outcomes <= {0, 1, 2}
    backend.close()


def test_what_is_no_file(tmp_path: Path) -> None:
    objects = DirectoryObjects(str(tmp_path))
    (tmp_path / "directory").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/etc/passwd")
    for odd in ("directory", "pipe", "link"):
        assert not objects.has(odd)
        with pytest.raises(RemoteDamaged):
            got(objects, odd)


def test_a_file_that_is_shorter_than_said_is_not_published(tmp_path: Path) -> None:
    objects = DirectoryObjects(str(tmp_path))
    with pytest.raises(RemoteDamaged):
        objects.put("v1/a", io.BytesIO(b"abc"), 4)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (errno.ENOSPC, RemoteFull),
        (errno.EDQUOT, RemoteFull),
        (errno.EROFS, RemoteRefused),
        (errno.EACCES, RemoteRefused),
        (errno.EIO, RemoteUnavailable),
        (errno.ETIMEDOUT, RemoteUnavailable),
    ],
)
@pytest.mark.parametrize("call", ["open", "write", "fsync", "rename"])
def test_trouble_with_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, error: type[Exception], call: str
) -> None:
    objects = DirectoryObjects(str(tmp_path))
    put(objects, "v1/before", b"x")

    def fails(*_: object, **__: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(f"dunnage.remote.directory.os.{call}", fails)
    with pytest.raises(error, match=os.strerror(number)):
        put(objects, "v1/a", b"data")
    monkeypatch.undo()
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["before"]


@pytest.mark.parametrize(("number", "error"), [(errno.EACCES, RemoteRefused), (errno.EIO, RemoteUnavailable)])
@pytest.mark.parametrize("call", ["open", "read", "stat", "scandir"])
def test_trouble_with_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, error: type[Exception], call: str
) -> None:
    objects = DirectoryObjects(str(tmp_path))
    put(objects, "v1/a", b"data")

    def fails(*_: object, **__: object) -> int:
        raise OSError(number, os.strerror(number))

    ask: Callable[[], object] = {"scandir": objects.check, "stat": lambda: objects.has("v1/a")}.get(
        call, lambda: got(objects, "v1/a")
    )
    with monkeypatch.context() as patched:
        patched.setattr(f"dunnage.remote.directory.os.{call}", fails)
        with pytest.raises(error, match=os.strerror(number)):
            ask()


def test_a_stale_handle_is_looked_at_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    objects = DirectoryObjects(str(tmp_path))
    put(objects, "v1/a", b"data")
    real, left = os.open, [2]

    def stale(path: str, flags: int, mode: int = 0o777) -> int:
        if left[0]:
            left[0] -= 1
            raise OSError(errno.ESTALE, "Stale file handle")
        return real(path, flags, mode)

    with monkeypatch.context() as patched:
        patched.setattr("dunnage.remote.directory.os.open", stale)
        assert got(objects, "v1/a") == b"data"
        left[0] = 100
        assert got(objects, "v1/a") is None


def test_a_handle_that_becomes_stale_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = DirectoryObjects(str(tmp_path))
    put(objects, "v1/a", b"data")

    def stale(fd: int, size: int) -> bytes:
        raise OSError(errno.ESTALE, "Stale file handle")

    with monkeypatch.context() as patched:
        patched.setattr("dunnage.remote.directory.os.read", stale)
        with pytest.raises(RemoteDamaged, match="went away"):
            got(objects, "v1/a")


def test_what_killed_writers_left_goes_after_a_day(tmp_path: Path) -> None:
    (tmp_path / "v1/tmp").mkdir(parents=True)
    for age_s, called in ((90_000, "old"), (80_000, "new")):
        left = tmp_path / "v1/tmp" / called
        left.write_bytes(b"x")
        then = left.stat().st_mtime - age_s
        os.utime(left, (then, then))
    put(DirectoryObjects(str(tmp_path)), "v1/a", b"x")
    assert [path.name for path in (tmp_path / "v1/tmp").iterdir()] == ["new"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    require("tmpfs")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", tmp_path], check=True)
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


def test_a_full_disk(small_disk: Path) -> None:
    backend = open_backend(RemoteUrl.parse(f"file://{small_disk}"), {})
    backend.put_blobs([blob(b"fits")])
    with pytest.raises(RemoteFull, match="No space left"):
        backend.put_blobs([blob(os.urandom(2_000_000))])
    assert len(list((small_disk / "v1/blob").rglob("*/*"))) == 1
    assert list((small_disk / "v1/tmp").iterdir()) == []
    backend.put_blobs([blob(b"fits, too")])
    backend.close()


def test_a_read_only_disk(small_disk: Path) -> None:
    backend = open_backend(RemoteUrl.parse(f"file://{small_disk}"), {})
    there = blob(b"there")
    backend.put_blobs([there])
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    backend.check()
    assert fetched(backend, [there.name]) == {there.name: b"there"}
    assert backend.get_records([name()]) == {}
    with pytest.raises(RemoteRefused, match="Read-only"):
        backend.put_blobs([blob(b"not any more")])
    backend.close()


def test_a_directory_that_is_not_there_is_no_miss(tmp_path: Path) -> None:
    objects = DirectoryObjects(str(tmp_path / "none"))
    with pytest.raises(RemoteUnavailable, match="is not there"):
        got(objects, "v1/unit/ab/abcd")
    (tmp_path / "none").mkdir()
    assert got(objects, "v1/unit/ab/abcd") is None
