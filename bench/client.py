"""What the client costs: from exec to connected, its size, its memory; beside a static program that does nothing."""

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Series

NOTHING = "int main(void) { return 0; }\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCost:
    """Times in seconds."""

    connected: Series
    """From just before exec until accept() returned on the other side."""
    nothing: Series
    """From just before exec until the end of a static program that does nothing was seen."""
    size_bytes: int
    resident_kib: int
    """The most that it had while it waited for an answer."""


def measure(client: Path, scratch: Path, runs: int) -> ClientCost:
    """Both programs in turn, `runs` times each."""
    scratch.mkdir(parents=True, exist_ok=True)
    nothing = _build_nothing(scratch)
    rustc = scratch / "rustc"
    rustc.symlink_to(nothing)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(scratch / "sock"))
    listener.listen()
    argv = [str(client), str(rustc), "--crate-name", "x", "--crate-type", "lib", "--emit=link", "x.rs"]
    env = {"DUNNAGE_SOCKET": str(scratch / "sock"), "PATH": os.environ["PATH"]}
    connected: list[float] = []
    ended: list[float] = []
    resident = 0
    with listener:
        for _ in range(runs):
            took, kib = _until_connected(listener, argv, env)
            connected.append(took)
            resident = max(resident, kib)
            ended.append(_until_ended(str(nothing)))
    return ClientCost(
        connected=Series(tuple(connected)),
        nothing=Series(tuple(ended)),
        size_bytes=client.stat().st_size,
        resident_kib=resident,
    )


def _until_connected(listener: socket.socket, argv: list[str], env: dict[str, str]) -> tuple[float, int]:
    """Start a client, wait for its connection, and let it go: it then runs its compiler, which does nothing."""
    pid, began = _exec(argv, env)
    connection, _ = listener.accept()
    took = (time.clock_gettime_ns(time.CLOCK_MONOTONIC) - began) / 1e9
    with connection:
        connection.recv(65536)
        status = Path(f"/proc/{pid}/status").read_text()
        resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    os.waitpid(pid, 0)
    return took, resident


def _until_ended(program: str) -> float:
    pid, began = _exec([program], {})
    os.waitpid(pid, 0)
    return (time.clock_gettime_ns(time.CLOCK_MONOTONIC) - began) / 1e9


def _exec(argv: list[str], env: dict[str, str]) -> tuple[int, int]:
    """Fork and exec; the child says what time it was just before exec, so that Python's fork does not count."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(writer, time.clock_gettime_ns(time.CLOCK_MONOTONIC).to_bytes(8, "little"))
            os.execve(argv[0], argv, env)
        finally:
            os._exit(127)
    os.close(writer)
    began = int.from_bytes(os.read(reader, 8), "little")
    os.close(reader)
    return pid, began


def _build_nothing(scratch: Path) -> Path:
    source, program = scratch / "nothing.c", scratch / "nothing"
    source.write_text(NOTHING)
    zig = [
        sys.executable,
        "-m",
        "ziglang",
        "cc",
        "-target",
        f"{os.uname().machine}-linux-musl",
        "-static",
        "-Os",
        "-s",
    ]
    subprocess.run([*zig, "-o", str(program), str(source)], check=True)
    return program
