"""STAT, OPEN, LIST: the client looks at files for the daemon."""

import errno
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.wire.messages import STAT_RECORD, EntryKind, List, Listed, Open, Opened, Stat, Stats
from support.fake_daemon import Peer
from support.native import Stage


@pytest.fixture
def peer(stage: Stage) -> Iterator[Peer]:
    """A client that waits for requests; afterwards it must still be able to run the compiler."""
    call, peer = stage.compile(stage.script("exit 9"))
    yield peer
    peer.close()
    assert call.end()[0] == 9


def record_of(path: Path) -> tuple[int, ...]:
    """What a stat record says of a file, by another stat than the client's."""
    found = os.stat(path)
    return (
        0, found.st_mode, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns,
    )  # fmt: skip


def stat(peer: Peer, *paths: str | Path) -> list[tuple[int, ...]]:
    """The client's records, unpacked."""
    peer.send(Stat([str(path) for path in paths]))
    return [STAT_RECORD.unpack(record) for record in peer.expect(Stats).records]


class TestStat:
    """Records with 64 bits in every field that wants them, on every architecture."""

    def test_all_fields(self, peer: Peer, tmp_path: Path) -> None:
        """Files, directories, links to both, devices."""
        large, link, odd = tmp_path / "large", tmp_path / "link", tmp_path / "\udcff\n"
        with large.open("wb") as file:
            file.truncate(5 * 2**32 + 1)
        link.symlink_to(large)
        odd.write_text("odd")
        paths = [large, link, odd, tmp_path, Path("/dev/null"), Path("/proc/self/fd"), Path("/dev/shm")]
        paths = [path for path in paths if path != Path("/proc/self/fd")]
        assert stat(peer, *paths) == [record_of(path) for path in paths]

    @pytest.mark.parametrize("ns", [-1_500_000_001, 0, 2**31 * 10**9 + 7, 2**33 * 10**9 + 999_999_999])
    def test_times(self, peer: Peer, tmp_path: Path, ns: int) -> None:
        """Before 1970, after 2038, to the nanosecond."""
        file = tmp_path / "file"
        file.touch()
        os.utime(file, ns=(ns, ns))
        assert stat(peer, file) == [record_of(file)]

    def test_relative_to_its_own_directory(self, peer: Peer, stage: Stage) -> None:
        """A path that is not absolute is seen from where the client was called."""
        assert stat(peer, "rustc", ".", "../stage/rustc") == [
            record_of(stage.directory / "rustc"), record_of(stage.directory), record_of(stage.directory / "rustc"),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("path", "error"),
        [
            ("/no/such/file", errno.ENOENT),
            ("", errno.ENOENT),
            ("rustc/x", errno.ENOTDIR),
            ("x" * 300, errno.ENAMETOOLONG),
            ("x/" * 2500, errno.ENAMETOOLONG),
            ("loop", errno.ELOOP),
        ],
    )
    def test_errors(self, peer: Peer, stage: Stage, path: str, error: int) -> None:
        """The errno, and zero in all other fields; what stands beside it is not disturbed."""
        (stage.directory / "loop").symlink_to("loop")
        assert stat(peer, path, "rustc") == [(error, 0, 0, 0, 0, 0, 0), record_of(stage.directory / "rustc")]

    def test_as_many_as_a_frame_may_have(self, peer: Peer, stage: Stage) -> None:
        """Their answer is larger than any buffer of the client's."""
        count = limits.PATHS_PER_FRAME_MAX
        assert stat(peer, *["rustc"] * count) == [record_of(stage.directory / "rustc")] * count

    def test_none(self, peer: Peer) -> None:
        """An empty question has an empty answer."""
        assert stat(peer) == []


class TestOpen:
    """Descriptors instead of contents."""

    def test_descriptors_in_order(self, peer: Peer, tmp_path: Path) -> None:
        """One for each file that could be opened, for reading only."""
        for name in "ab":
            (tmp_path / name).write_text(name)
        (tmp_path / "fifo").touch()
        os.unlink(tmp_path / "fifo")
        os.mkfifo(tmp_path / "fifo")
        names = ["a", "none", "fifo", ".", "b"]
        peer.send(Open([str(tmp_path / name) for name in names]))
        errnos = list(peer.expect(Opened).errnos)
        assert errnos == [0, errno.ENOENT, errno.EINVAL, errno.EISDIR, 0]
        fds = peer.take_fds()
        assert [os.read(fd, 10) for fd in fds] == [b"a", b"b"]
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.write(fds[0], b"x")
        for fd in fds:
            os.close(fd)

    def test_many(self, peer: Peer, tmp_path: Path) -> None:
        """Some 250 files, as many a frame as may travel, and none stays open in the client."""
        files = [tmp_path / str(i) for i in range(250)]
        for file in files:
            file.write_text(file.name)
        for at in range(0, len(files), limits.FDS_PER_FRAME_MAX):
            some = files[at : at + limits.FDS_PER_FRAME_MAX]
            peer.send(Open([str(file) for file in some]))
            assert list(peer.expect(Opened).errnos) == [0] * len(some)
            for file, fd in zip(some, peer.take_fds(), strict=True):
                assert os.read(fd, 10).decode() == file.name
                os.close(fd)

    def test_no_descriptor_left(self, stage: Stage) -> None:
        """A low limit of open files is an errno like any other."""
        rustc = stage.script("exit 9")

        def lower() -> None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))

        call, peer = stage.compile(rustc, preexec_fn=lower)
        peer.send(Open([str(rustc)] * 20))
        errnos = list(peer.expect(Opened).errnos)
        assert errnos.count(0) == len(peer.fds) > 0
        assert set(errnos) == {0, errno.EMFILE}
        peer.send(Open([str(rustc)]))
        assert list(peer.expect(Opened).errnos) == [0]
        peer.close()
        assert call.end()[0] == 9


class TestList:
    """The entries of a directory."""

    def test_kinds(self, peer: Peer, tmp_path: Path) -> None:
        """What each name is, links not followed, names of any bytes."""
        place = tmp_path / "place"
        (place / "directory").mkdir(parents=True)
        (place / "file \udcff").touch()
        (place / "link").symlink_to("nowhere")
        os.mkfifo(place / "fifo")
        peer.send(List(str(place)))
        listed = peer.expect(Listed)
        assert listed.errno == 0
        assert {name: kind for kind, name in listed.names} == {
            "directory": EntryKind.DIRECTORY,
            "file \udcff": EntryKind.FILE,
            "link": EntryKind.SYMLINK,
            "fifo": EntryKind.OTHER,
        }

    def test_empty_and_many(self, peer: Peer, tmp_path: Path) -> None:
        """Nothing, and more than one block of the kernel's; a listing starts from the beginning each time."""
        for count in (0, 3000, 5):
            place = tmp_path / f"place{count}"
            place.mkdir()
            names = {f"{i:0200}" for i in range(count)}
            for name in names:
                (place / name).touch()
            peer.send(List(str(place)))
            assert {name for _, name in peer.expect(Listed).names} == names

    @pytest.mark.parametrize(
        ("path", "error"), [("none", errno.ENOENT), ("rustc", errno.ENOTDIR), ("", errno.ENOENT)]
    )
    def test_errors(self, peer: Peer, path: str, error: int) -> None:
        """The errno, and no names."""
        peer.send(List(path))
        assert peer.expect(Listed) == Listed(error, [])
