"""What the client costs: bytes on disk, memory, instructions. And that it needs nothing from the container."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dunnage.wire.messages import (
    Exit,
    Exited,
    FileSource,
    List,
    Listed,
    Open,
    Opened,
    Output,
    Run,
    Stat,
    Stats,
    Write,
    WriteFile,
    Written,
)
from support.native import HERE, QEMU, Stage, client_of
from support.require import require

SIZE_MAX = 64 * 1024
RESIDENT_KB_MAX = 1024

CONNECTED_INSTRUCTIONS_MAX = 40_000
"""Of a session that greets and exits; recorded 2026-11 as 18,844 with a greeting of this size."""


@pytest.mark.parametrize("flavour", ["host", *(pytest.param(arch, marks=pytest.mark.qemu) for arch in QEMU)])
def test_small_and_static(flavour: str) -> None:
    """At most 64 KiB, no interpreter, no library, no writable code."""
    path = client_of(flavour).path
    assert path.stat().st_size <= SIZE_MAX
    headers = subprocess.run(["readelf", "-lW", path], capture_output=True, text=True, check=True).stdout
    assert "INTERP" not in headers
    assert "DYNAMIC" not in headers
    assert not re.search(r"\bRWE\b", headers)
    assert path.read_bytes() == (path.parent / "dunnage").read_bytes()
    assert (path.stat().st_mode & 0o777, (path.parent / "dunnage").stat().st_mode & 0o777) == (0o755, 0o755)


def test_the_same_bytes_each_time(tmp_path: Path) -> None:
    """A build says nothing of when and where it was made."""
    builder = [sys.executable, str(HERE / "tools" / "build_client.py"), "--force", "--into", str(tmp_path)]
    said = subprocess.run(builder, check=True, capture_output=True, text=True).stdout
    built = Path(said.split()[-1]) / "dunnage"
    assert built.read_bytes() == client_of("host").path.read_bytes()
    assert str(HERE).encode() not in built.read_bytes()


def test_memory(host_stage: Stage) -> None:
    """At most a megabyte of it is ever resident, after every kind of request."""
    rustc = host_stage.script("head -c 500000 /dev/zero >&2")
    call, peer = host_stage.compile(rustc, stderr=subprocess.DEVNULL)
    peer.send(Stat([str(rustc)] * 1000))
    peer.expect(Stats)
    peer.send(Open([str(rustc)] * 64))
    peer.expect(Opened)
    peer.send(List("/usr/bin"))
    peer.expect(Listed)
    peer.send(Write([WriteFile("out", False, FileSource.INLINE, b"x" * 100_000)]))
    peer.expect(Written)
    peer.send(Run(0))
    while isinstance(message := peer.next(), Output):
        pass
    assert isinstance(message, Exited)
    status = Path(f"/proc/{call.process.pid}/status").read_text()
    peak = int(status.partition("VmHWM:")[2].split()[0])
    assert 0 < peak <= RESIDENT_KB_MAX
    peer.send(Exit(0, 0))
    assert call.end()[0] == 0


def test_instructions(host_stage: Stage, tmp_path: Path) -> None:
    """How many instructions a session takes that only greets and exits: the same on every day of the week."""
    require("valgrind")
    out = tmp_path / "callgrind.out"
    rustc = host_stage.script("exit 9")
    argv = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", *host_stage.client.argv(rustc)]
    with subprocess.Popen(
        [*argv, "--crate-name", "x"],
        env=host_stage.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        peer = host_stage.daemon.accept()
        peer.greet()
        peer.send(Exit(0, 0))
        _, said = process.communicate()
    assert process.returncode == 0, said.decode()
    total = int(re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.MULTILINE)[1])  # type: ignore[index]
    assert 1000 < total <= CONNECTED_INSTRUCTIONS_MAX, total
