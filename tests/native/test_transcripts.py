"""The golden transcripts play against the real client: this test is the daemon's side of each.

What the codec does with the same bytes is seen in `tests/golden/test_transcripts.py`.
"""

import os
import platform
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from dunnage import limits
from support.require import may_not_be_missing
from support.transcripts import Frame, Transcript, difference, transcripts

ROOT = Path(__file__).resolve().parents[2]
CLIENT = ROOT / "src" / "dunnage" / "clients" / platform.machine() / "dunnage"
ARGV = ["./rustc", "--crate-name", "demo", "src/lib.rs"]
PATIENCE_S = 30
"""Only ever a hang: a session takes milliseconds."""

PLAYED = [transcript for transcript in transcripts() if transcript.for_the_client]


class Daemon:
    """The daemon's end of one connection: bytes and descriptors, as the transcript has them."""

    def __init__(self, connection: socket.socket, scratch: Path) -> None:
        self.connection = connection
        self.scratch = scratch
        self.received = b""
        self.descriptors: list[int] = []

    def send(self, frame: Frame) -> None:
        """One frame, its descriptors with the first byte."""
        fds = [self._file(data) for data in frame.descriptors]
        try:
            socket.send_fds(self.connection, [frame.example], fds)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client has seen enough: what it does then is in the rest of the transcript
        finally:
            for fd in fds:
                os.close(fd)

    def receive(self) -> bytes:
        """One whole frame."""
        while len(self.received) < 4 or len(self.received) < 4 + int.from_bytes(self.received[:4], "little"):
            more = self._some()
            assert more, f"the client closed after {self.received!r}"
            self.received += more
        end = 4 + int.from_bytes(self.received[:4], "little")
        frame, self.received = self.received[:end], self.received[end:]
        return frame

    def at_end(self) -> bool:
        """Whether the client has nothing more to say, and says so by closing."""
        try:
            return self.received + self._some() == b""
        except ConnectionResetError:
            return True  # it closed before it had read everything

    def take_descriptors(self) -> list[bytes]:
        """What the files hold whose descriptors have come; they are closed."""
        contents = []
        for fd in self.descriptors:
            with os.fdopen(fd, "rb") as file:
                contents.append(file.read())
        self.descriptors = []
        return contents

    def _some(self) -> bytes:
        data, fds, _, _ = socket.recv_fds(self.connection, 1 << 16, limits.FDS_PER_FRAME_MAX)
        self.descriptors += fds
        return data

    def _file(self, data: bytes) -> int:
        path = self.scratch / "blob"
        path.write_bytes(data)
        fd = os.open(path, os.O_RDONLY)
        path.unlink()
        return fd


def play(transcript: Transcript, daemon: Daemon) -> None:
    for frame in transcript.frames:
        if frame.sender == "D":
            daemon.send(frame)
            continue
        actual = daemon.receive()
        assert difference(frame, actual) == ""
        assert daemon.take_descriptors() == frame.descriptors
    if transcript.daemon_closes:
        daemon.connection.shutdown(socket.SHUT_RDWR)
    else:
        assert daemon.at_end(), "the client sent more than the transcript has"


def set_the_scene(transcript: Transcript, place: Path) -> None:
    for name, data in transcript.files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(0o644)
    compiler = place / "rustc"
    compiler.write_text(f"#!/bin/sh\necho >> compiled\n{transcript.compiler}\n", encoding="utf-8")
    compiler.chmod(0o755)


def observed(name: str, place: Path, process: "subprocess.CompletedProcess[bytes]") -> bytes | None:
    """What a line that begins with `=` is about."""
    if name == "compiled":
        path = place / "compiled"
        return str(path.read_bytes().count(b"\n") if path.exists() else 0).encode()
    if name in {"stdout", "stderr"}:
        return bytes(process.stdout if name == "stdout" else process.stderr)
    path = place / name
    return path.read_bytes() if path.exists() else None


@contextmanager
def started(place: Path, socket_path: Path) -> "Iterator[subprocess.Popen[bytes]]":
    """The client on its way."""
    process = subprocess.Popen(
        [str(CLIENT), *ARGV],
        cwd=place,
        env={"DUNNAGE_SOCKET": str(socket_path), "PATH": "/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        umask=0o022,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("transcript", PLAYED, ids=lambda transcript: transcript.name)
def test_the_client_plays_its_part(transcript: Transcript, tmp_path: Path) -> None:
    if not CLIENT.exists():
        (pytest.fail if may_not_be_missing("client") else pytest.skip)("the client is not built: make native")
    place = tmp_path / "project"
    place.mkdir()
    set_the_scene(transcript, place)
    socket_path = tmp_path / "s"
    with closing(socket.socket(socket.AF_UNIX)) as listener:
        listener.bind(str(socket_path))
        listener.listen()
        listener.settimeout(PATIENCE_S)
        with started(place, socket_path) as process:
            connection, _ = listener.accept()
            connection.settimeout(PATIENCE_S)
            with closing(connection):
                play(transcript, Daemon(connection, tmp_path))
                stdout, stderr = process.communicate(timeout=PATIENCE_S)
    ending = f"signal {-process.returncode}" if process.returncode < 0 else str(process.returncode)
    done = subprocess.CompletedProcess(ARGV, process.returncode, stdout, stderr)
    assert ending == transcript.ending, stderr
    for name, wanted in transcript.afterwards:
        assert observed(name, place, done) == wanted, name
    assert not [path for path in place.rglob("*") if ".dunnage-" in path.name], "a temporary file is left"


def test_there_is_something_to_play() -> None:
    assert {"hit", "miss", "write-error", "bad-nul"} <= {transcript.name for transcript in PLAYED}
