"""The launcher: written by the client, it carries a program, asks the daemon, and becomes the program on any doubt."""

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from dunnage.wire.messages import (
    STAT_RECORD,
    Exec,
    Exit,
    Exited,
    FileSource,
    Hello,
    Output,
    Run,
    Stream,
    Write,
    WriteFile,
    Written,
)
from dunnage.wire.version import Capability
from support.fake_daemon import Peer
from support.launchers import program_of
from support.native import Stage

DIGEST = b"0123456789abcdef" * 4


@dataclass
class Carried:
    """A launcher with a shell inside."""

    stage: Stage
    path: Path

    def start(self, script: str, **env: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [self.path, "-c", script, "name"], cwd=self.stage.directory, env={**self.stage.environment, **env},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def alone(self, script: str, **env: str) -> tuple[int, bytes, bytes]:
        """Without a daemon to ask."""
        process = self.start(script, DUNNAGE_SOCKET="", **env)
        out, err = process.communicate()
        return process.returncode, out, err

    def greeted(self, script: str) -> tuple[subprocess.Popen[bytes], Peer, Hello]:
        process = self.start(script)
        peer = self.stage.daemon.accept()
        return process, peer, peer.greet()


def write(stage: Stage, *files: WriteFile, program: str = "/bin/sh") -> list[tuple[int, ...]]:
    """Have the client write."""
    call, peer = stage.compile(stage.script("exit 9"))
    wanted = [file for file in files if file.source in (FileSource.LAUNCHER, FileSource.DESCRIPTOR)]
    fds = [os.open(program, os.O_RDONLY) for _ in wanted]
    peer.send(Write(list(files)), fds=fds)
    for fd in fds:
        os.close(fd)
    records = [STAT_RECORD.unpack(record) for record in peer.expect(Written).records]
    if all(record[0] == 0 for record in records):
        peer.send(Exit(0, 0))
    call.end()
    return records


@pytest.fixture
def carried(host_stage: Stage) -> Carried:
    path = host_stage.directory / "target/build-script-build"
    [record] = write(host_stage, WriteFile(str(path), True, FileSource.LAUNCHER, DIGEST))
    assert record[0] == 0
    return Carried(host_stage, path)


def test_what_is_written(carried: Carried) -> None:
    data = carried.path.read_bytes()
    assert program_of(data) == Path("/bin/sh").read_bytes()
    launcher = (carried.stage.client.path.parent / "launcher").read_bytes()
    assert len(launcher) % 4096 == 0
    assert data.startswith(launcher)
    assert data.endswith(DIGEST)
    assert carried.path.stat().st_mode & 0o777 == 0o755


def test_alone_it_becomes_the_program(carried: Carried) -> None:
    code, out, err = carried.alone('echo "$0 $WORD $PWD"; echo err >&2; exit 3', WORD="x")
    assert (code, out, err) == (3, f"name x {carried.stage.directory}\n".encode(), b"err\n")


@pytest.mark.parametrize("env", [{"DUNNAGE_DISABLE": "1"}, {"DUNNAGE_SEEN": "/proc/1/fd/3"}])
def test_it_asks_nobody(carried: Carried, env: dict[str, str]) -> None:
    """Switched off, or when what it runs is observed for somebody else."""
    process = carried.start("echo ran", **env)
    assert process.communicate()[0] == b"ran\n"


def test_the_greeting(carried: Carried) -> None:
    process, peer, hello = carried.greeted("echo ran")
    assert hello.payload == DIGEST.decode()
    assert hello.capabilities & Capability.LAUNCHER
    assert (hello.argv[0], hello.program, hello.argv[1:]) == (
        str(carried.path), str(carried.path), ["-c", "echo ran", "name"],
    )  # fmt: skip
    peer.send(Exec("run-by-hand"))
    assert process.communicate()[0] == b"ran\n"


def test_a_client_carries_nothing(host_stage: Stage) -> None:
    call = host_stage.start(host_stage.script("exit 0"), "--crate-name", "x")
    peer = host_stage.daemon.accept()
    hello = peer.greet()
    peer.send(Exec("no"))
    assert call.end()[0] == 0
    assert hello.payload == ""
    assert not hello.capabilities & Capability.LAUNCHER


def ran(peer: Peer) -> tuple[dict[int, bytes], Exited]:
    said: dict[int, bytes] = {}
    while isinstance(message := peer.next(), Output):
        said[message.stream] = said.get(message.stream, b"") + message.data
    assert isinstance(message, Exited)
    return said, message


def test_run(carried: Carried) -> None:
    process, peer, _ = carried.greeted("echo out; echo err >&2; exit 4")
    peer.send(Run(0))
    said, ended = ran(peer)
    assert said == {Stream.STDOUT: b"out\n", Stream.STDERR: b"err\n"}
    assert (ended.errno, ended.code, ended.signal, ended.outlived) == (0, 4, 0, 0)
    peer.send(Exit(4, 0))
    assert process.communicate() == (b"out\n", b"err\n")
    assert process.returncode == 4


def test_who_is_left_behind_is_seen_and_heard(carried: Carried) -> None:
    """As cargo does, it reads until nobody has the streams any more."""
    release = carried.stage.directory / "release"
    os.mkfifo(release)
    process, peer, _ = carried.greeted(
        "(while kill -0 $$ 2> /dev/null; do :; done; read x < release; echo late) & echo early"
    )
    peer.send(Run(0))
    assert peer.expect(Output).data == b"early\n"
    release.write_text("go\n")
    said, ended = ran(peer)
    assert said == {Stream.STDOUT: b"late\n"}
    assert (ended.code, ended.outlived) == (0, 1)
    peer.send(Exit(0, 0))
    assert process.communicate()[0] == b"early\nlate\n"


def test_a_hit_needs_no_program(carried: Carried) -> None:
    """A tree is made beside its place and moved there, and the program never runs."""
    out = carried.stage.directory / "out"
    out.mkdir()
    staged = f"{out}.new"
    process, peer, _ = carried.greeted("echo ran")
    files = [
        WriteFile(staged, False, FileSource.DIRECTORY),
        WriteFile(f"{staged}/sub/empty", False, FileSource.DIRECTORY),
        WriteFile(f"{staged}/sub/file", False, FileSource.INLINE, b"x"),
        WriteFile(f"{staged}/link", False, FileSource.SYMLINK, b"nowhere"),
        WriteFile(str(out), False, FileSource.RENAME, staged.encode()),
    ]
    peer.send(Write(files), Exit(0, 0, b"cargo::warning=x\n", b""))
    assert [STAT_RECORD.unpack(record)[0] for record in peer.expect(Written).records] == [0] * 5
    assert process.communicate() == (b"cargo::warning=x\n", b"")
    assert (out / "sub/file").read_bytes() == b"x"
    assert (out / "sub/empty").is_dir()
    assert os.readlink(out / "link") == "nowhere"
    assert not os.path.exists(staged)


def test_what_cannot_be_moved_runs_the_program(carried: Carried) -> None:
    """A directory that holds something is not replaced."""
    out = carried.stage.directory / "out"
    out.mkdir()
    (out / "old").touch()
    process, peer, _ = carried.greeted("echo ran")
    staged = f"{out}.new"
    files = [
        WriteFile(staged, False, FileSource.DIRECTORY),
        WriteFile(str(out), False, FileSource.RENAME, staged.encode()),
    ]
    peer.send(Write(files), Exit(0, 0, b"never", b""))
    assert STAT_RECORD.unpack(peer.expect(Written).records[1])[0] != 0
    assert process.communicate()[0] == b"ran\n"
    assert os.listdir(out) == ["old"]


def test_without_its_launcher_the_client_writes_the_program(host_stage: Stage, tmp_path: Path) -> None:
    alone = tmp_path / "bin/sccache"
    alone.parent.mkdir()
    shutil.copy(host_stage.client.path, alone)
    host_stage.client = type(host_stage.client)("host", alone)
    path = host_stage.directory / "program"
    write(host_stage, WriteFile(str(path), True, FileSource.LAUNCHER, DIGEST))
    assert path.read_bytes() == Path("/bin/sh").read_bytes()


@pytest.mark.parametrize("cut", [1, 64, 96])
def test_a_damaged_launcher_says_so(carried: Carried, cut: int) -> None:
    data = carried.path.read_bytes()
    carried.path.write_bytes(data[:-cut])
    code, out, err = carried.alone("echo ran")
    assert (code, out) == (126, b"")
    assert b"has no program inside" in err


def test_a_signal_ends_both(carried: Carried) -> None:
    process, peer, _ = carried.greeted("kill -TERM $$")
    peer.send(Run(0))
    _, ended = ran(peer)
    assert ended.signal == signal.SIGTERM
    peer.send(Exit(0, signal.SIGTERM))
    process.communicate()
    assert process.returncode == -signal.SIGTERM


def test_the_daemon_goes_away(carried: Carried) -> None:
    process, peer, _ = carried.greeted("echo ran")
    peer.close()
    assert process.communicate()[0] == b"ran\n"
