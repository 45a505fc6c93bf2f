"""Bounds that cannot be reached otherwise, with a client for which they are small (and with sanitizers)."""

import errno
import os
from pathlib import Path

from dunnage.wire.codec import encode
from dunnage.wire.messages import (
    Exit,
    Exited,
    FileSource,
    Hello,
    List,
    Listed,
    Output,
    Run,
    Write,
    WriteFile,
)
from support.native import SMALL_BOUNDS, Stage

COMPILE = "echo compiled; exit 9"


def test_a_greeting_that_is_too_large(small_stage: Stage) -> None:
    """It is not even begun."""
    small_stage.environment["LARGE"] = "x" * SMALL_BOUNDS["CLIENT_FRAME_BYTES_MAX"]
    call = small_stage.start(small_stage.script(COMPILE), "--crate-name", "x")
    assert small_stage.daemon.accept().next() is None
    assert call.end() == (9, b"compiled\n", b"")


def test_a_directory_that_is_too_large(small_stage: Stage) -> None:
    """As many names as are allowed, and one more."""
    call, peer = small_stage.compile(small_stage.script(COMPILE))
    place = small_stage.directory / "place"
    place.mkdir()
    for i in range(SMALL_BOUNDS["NAMES_PER_LISTING_MAX"]):
        (place / f"{i}").touch()
    peer.send(List("place"))
    assert len(peer.expect(Listed).names) == SMALL_BOUNDS["NAMES_PER_LISTING_MAX"]
    (place / "more").touch()
    peer.send(List("place"))
    assert peer.expect(Listed) == Listed(errno.E2BIG, [])
    peer.close()
    assert call.end()[0] == 9


def test_a_directory_of_long_names(small_stage: Stage) -> None:
    """What the client keeps of a listing is bounded in bytes, too."""
    call, peer = small_stage.compile(small_stage.script(COMPILE))
    place = small_stage.directory / "place"
    place.mkdir()
    for i in range(SMALL_BOUNDS["NAMES_PER_LISTING_MAX"]):
        (place / f"{i:0250}").touch()
    peer.send(List("place"))
    assert peer.expect(Listed) == Listed(errno.E2BIG, [])
    peer.close()
    assert call.end()[0] == 9


def test_a_daemon_that_hangs_before_the_compile(small_stage: Stage) -> None:
    """It takes the greeting and says nothing: the compiler is run."""
    call = small_stage.start(small_stage.script(COMPILE), "--crate-name", "x")
    peer = small_stage.daemon.accept()
    peer.expect(Hello)
    assert peer.is_closed()
    assert call.end() == (9, b"compiled\n", b"")


def test_a_daemon_that_stops_within_a_frame(small_stage: Stage) -> None:
    """The wait is for a whole frame."""
    call, peer = small_stage.compile(small_stage.script(COMPILE))
    peer.send_bytes(encode(Run(0))[:-1])
    assert peer.is_closed()
    assert call.end() == (9, b"compiled\n", b"")


def test_a_daemon_that_hangs_after_the_compile(small_stage: Stage) -> None:
    """The end is decided; it is only waited for so long."""
    call, peer = small_stage.compile(small_stage.script(COMPILE))
    peer.send(Run(0))
    while not isinstance(peer.next(), Exited):
        pass
    assert peer.is_closed()
    assert call.end() == (9, b"compiled\n", b"")
    assert small_stage.runs() == 1


def test_a_daemon_that_does_not_listen_during_the_compile(small_stage: Stage) -> None:
    """The compiler says more than the socket holds and nobody takes it: it all comes out, and the end counts."""
    call, peer = small_stage.compile(small_stage.script("head -c 2000000 /dev/zero; exit 9"))
    peer.send(Run(0))
    code, out, _ = call.end()
    assert (code, out) == (9, bytes(2_000_000))
    assert small_stage.runs() == 1
    assert isinstance(peer.next(), Output)


def test_the_plainest_way_to_copy(small_stage: Stage, tmp_path: Path) -> None:
    """Where the kernel cannot copy by itself: block by block, from the beginning, to the last byte."""
    data = os.urandom(300_001)
    blob = tmp_path / "blob"
    blob.write_bytes(data)
    call, peer = small_stage.compile(small_stage.script(COMPILE))
    fd = os.open(blob, os.O_RDONLY)
    os.lseek(fd, 1000, os.SEEK_SET)
    files = [WriteFile(name, False, FileSource.DESCRIPTOR) for name in ("one", "two")]
    peer.send(Write(files), Exit(0, 0), fds=[fd, fd])
    os.close(fd)
    assert call.end()[0] == 0
    assert [(small_stage.directory / name).read_bytes() for name in ("one", "two")] == [data, data]
