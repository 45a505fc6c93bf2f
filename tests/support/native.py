"""The client in every shape that it is tested in, and a stage: a compiler of shell, a daemon of nothing."""

import functools
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from support.fake_daemon import WAIT_S, FakeDaemon, Peer
from support.require import require
from tools import build_client

HERE: Final = Path(__file__).resolve().parents[2]
NATIVE: Final = HERE / "native"
OUT: Final = NATIVE / "build"

QEMU: Final = {"aarch64": "aarch64", "armv7": "arm", "i686": "i386", "riscv64": "riscv64"}
"""Our name of a foreign architecture → qemu's."""

SANITIZERS: Final = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g", "-O1")
SMALL_BOUNDS: Final = {
    "CLIENT_FRAME_BYTES_MAX": 4096,
    "NAMES_PER_LISTING_MAX": 16,
    "REPLY_TIMEOUT_S": 1,
    "OUTPUT_TIMEOUT_MS": 100,
}
"""Bounds that no test could reach otherwise: Linux gives argv and environment at most 6 MiB; nobody waits a minute."""


@dataclass(frozen=True, slots=True)
class Client:
    """A built client, and the words in front of it that run it."""

    flavour: str
    path: Path
    runner: tuple[str, ...] = ()

    @property
    def emulated(self) -> bool:
        """Whether an emulator runs it: what /proc says is the emulator's, then."""
        return bool(self.runner)

    def argv(self, *words: str | Path) -> list[str]:
        """The command line that calls it with these words."""
        return [*self.runner, str(self.path), *map(str, words)]


def build_with_clang(
    name: str, flags: Sequence[str], bounds: Mapping[str, int] | None = None, room: str = ""
) -> Path:
    """Compile the client with the system's clang, other bounds put into its header; returns the program.

    `room` is the directory of another `main` and what goes with it: then it is not the client that is made.
    """
    require("clang")
    directory = OUT / f"{name}-{os.getpid()}"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    for source in [*NATIVE.glob("*.[ch]"), *NATIVE.glob("forward/*.[ch]")]:
        copied = directory / source.relative_to(NATIVE)
        copied.parent.mkdir(exist_ok=True)
        shutil.copy(source, copied)
    header = (directory / "wire.h").read_text()
    for bound, value in (bounds or {}).items():
        before, _, after = header.partition(f"#define WIRE_{bound} ")
        assert after, f"{bound} is not in wire.h"
        header = f"{before}#define WIRE_{bound} {value}u\n{after.partition(chr(10))[2]}"
    (directory / "wire.h").write_text(header)
    program = directory / "dunnage"  # its name is what it goes by
    files = {directory / "main.c"} if not room else set(directory.glob(f"{room}/*.c"))
    sources = sorted(map(str, files | {path for path in directory.glob("*.c") if path.name != "main.c"}))
    subprocess.run(["clang", "-std=c11", *flags, *sources, "-o", str(program)], check=True)
    build_client.mark(program)
    return program


@functools.cache
def client_of(flavour: str) -> Client:
    """Build a client (once per test process): `host`, `asan`, `small-bounds`, or a foreign architecture."""
    if flavour == "asan":
        return Client(flavour, build_with_clang("asan", SANITIZERS))
    if flavour == "small-bounds":
        return Client(
            flavour, build_with_clang("small-bounds", [*SANITIZERS, "-DFIRST_WAY=WAY_READ"], SMALL_BOUNDS)
        )
    arguments = [] if flavour == "host" else ["--arch", flavour]
    build = [sys.executable, str(HERE / "tools" / "build_client.py"), *arguments]
    said = subprocess.run(build, check=True, capture_output=True, text=True).stdout
    path = Path(said.split()[-1]) / "sccache"
    if flavour not in QEMU:
        return Client(flavour, path)
    # Its whole path: some tests change PATH.
    return Client(flavour, path, (shutil.which(f"qemu-{QEMU[flavour]}-static") or "qemu is missing",))


@functools.cache
def forwarder_of(flavour: str) -> Client:
    """The same for the forwarder; there is none with small bounds."""
    if flavour == "asan":
        return Client(flavour, build_with_clang("forward-asan", SANITIZERS, room="forward"))
    client = client_of(flavour)
    return Client(flavour, client.path.with_name(build_client.FORWARDER), client.runner)


class Drain(threading.Thread):
    """Reads a stream to its end beside the test, so that nobody waits for a full pipe."""

    def __init__(self, fd: int) -> None:
        super().__init__(daemon=True)
        self._fd = fd
        self._data = bytearray()
        self.start()

    def run(self) -> None:
        """The reading."""
        while data := os.read(self._fd, 65536):
            self._data += data

    def end(self) -> bytes:
        """Everything, after the other side has closed the stream."""
        self.join(WAIT_S)
        assert not self.is_alive(), "the stream is still open"
        return bytes(self._data)


@dataclass
class Call:
    """A client that was started."""

    process: subprocess.Popen[bytes]

    @property
    def stderr(self) -> IO[bytes]:
        """Where its stderr comes out."""
        assert self.process.stderr is not None
        return self.process.stderr

    def end(self, stdin: bytes | None = None) -> tuple[int, bytes, bytes]:
        """Wait for it: returncode (minus the signal), stdout, stderr without what qemu says of signals."""
        out, err = self.process.communicate(stdin, timeout=WAIT_S)
        lines = [
            line for line in (err or b"").splitlines(keepends=True) if not line.startswith(b"qemu: uncaught")
        ]
        return self.process.returncode, out or b"", b"".join(lines)


@dataclass
class Stage:
    """A directory with a compiler in it, a daemon, and a client to call."""

    client: Client
    directory: Path
    daemon: FakeDaemon
    environment: dict[str, str] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    def script(self, body: str, name: str = "rustc") -> Path:
        """A program of shell that first leaves a line in `runs`. `body` may use `$here`, the stage's directory."""
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\nhere='{self.directory}'\necho {name} >> \"$here/runs\"\n{body}\n")
        path.chmod(0o755)
        return path

    def runs(self) -> int:
        """How often programs made by `script` were run."""
        file = self.directory / "runs"
        return len(file.read_text().splitlines()) if file.exists() else 0

    def start(self, *words: str | Path, ignore: Sequence[signal.Signals] = (), **options: object) -> Call:
        """Call the client with these words; streams are pipes unless `options` (Popen's) say something else."""

        def prepare() -> None:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
                signal.signal(number, signal.SIG_DFL)  # whatever the tests themselves were started with
            for number in ignore:
                signal.signal(number, signal.SIG_IGN)

        chosen: dict[str, object] = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "cwd": self.directory,
            "env": self.environment,
            "preexec_fn": prepare,
            "bufsize": 0,  # what a test reads from a stream must not be read ahead
        }
        process = subprocess.Popen(self.client.argv(*words), **{**chosen, **options})  # type: ignore[call-overload]
        call = Call(process)
        self.calls.append(call)
        return call

    def compile(self, compiler: Path, *words: str, **options: object) -> tuple[Call, Peer]:
        """Call the client for a compile, take its greeting, and welcome it."""
        call = self.start(compiler, "--crate-name", "x", *words, **options)  # type: ignore[arg-type]
        peer = self.daemon.accept()
        peer.greet()
        return call, peer

    def close(self) -> None:
        """End what is left."""
        self.daemon.close()
        for call in self.calls:
            if call.process.poll() is None:
                call.process.kill()
            call.process.wait()
            for stream in (call.process.stdin, call.process.stdout, call.process.stderr):
                if stream is not None:
                    stream.close()
