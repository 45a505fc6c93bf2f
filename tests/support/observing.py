"""Programs under the library that observes: a memory file as a client makes it, and what is in it afterwards.

The reader is not the daemon's: it says what every single note is, in order, and fails where the daemon would shrug.
"""

import functools
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from dunnage import limits
from dunnage.wire.seen import (
    SEEN_HEADER,
    SEEN_HEADER_BYTES,
    SEEN_LIBRARY,
    SEEN_NOTE,
    SEEN_VARIABLE,
    SEEN_VERSION,
    SeenKind,
)
from support.native import HERE, NATIVE, OUT, QEMU, client_of
from support.require import require

PROGRAMS: Final = HERE / "tests" / "native" / "programs"
ENVIRONMENT: Final = {"PATH": os.environ["PATH"], "HOME": "/root", "LC_ALL": "C"}


class Note(NamedTuple):
    """One note."""

    pid: int
    kind: SeenKind
    value: int
    text: str


def notes_in(data: bytes) -> list[Note]:
    """All notes, in the order in which they were claimed."""
    version, zero, used = SEEN_HEADER.unpack_from(data)
    assert (version, zero) == (SEEN_VERSION, 0)
    notes: list[Note] = []
    at = SEEN_HEADER_BYTES
    while at < SEEN_HEADER_BYTES + used:
        size, pid, kind, also_zero, value = SEEN_NOTE.unpack_from(data, at)
        assert size >= SEEN_NOTE.size + 1, f"a torn note at {at} of {used}"
        assert size % 8 == 0
        assert also_zero == 0
        text, nul, padding = data[at + SEEN_NOTE.size : at + size].partition(b"\0")
        assert nul + padding == bytes(len(padding) + 1)
        assert len(padding) < 8
        notes.append(Note(pid, SeenKind(kind), value, os.fsdecode(text)))
        at += size
    return notes


def texts(notes: Sequence[Note], kind: SeenKind) -> list[str]:
    """What the notes of one kind say."""
    return [note.text for note in notes if note.kind is kind]


@dataclass
class Observed:
    """How a program ended, and what it noted."""

    code: int
    out: bytes
    err: bytes
    data: bytes

    @property
    def notes(self) -> list[Note]:
        """All of its notes."""
        return notes_in(self.data)

    def said(self, kind: SeenKind) -> list[str]:
        """What its notes of one kind say."""
        return texts(self.notes, kind)


@dataclass
class Memory:
    """A memory file, and the library that writes to it."""

    library: Path
    size: int = limits.SEEN_BYTES_MAX
    version: int = SEEN_VERSION
    fd: int = field(init=False)

    def __post_init__(self) -> None:
        self.fd = os.memfd_create("dunnage-seen")
        os.pwrite(self.fd, SEEN_HEADER.pack(self.version, 0, 0), 0)
        os.ftruncate(self.fd, self.size)

    @property
    def variable(self) -> str:
        """What DUNNAGE_SEEN is."""
        return f"/proc/{os.getpid()}/fd/{self.fd}"

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """An environment in which programs are observed."""
        return {**ENVIRONMENT, **(more or {}), "LD_PRELOAD": str(self.library), SEEN_VARIABLE: self.variable}

    def read(self) -> bytes:
        """Header and notes."""
        used = SEEN_HEADER.unpack(os.pread(self.fd, SEEN_HEADER_BYTES, 0))[2]
        return os.pread(self.fd, min(self.size, SEEN_HEADER_BYTES + used), 0)

    def used(self) -> int:
        """Bytes of notes that were claimed, whether there was room or not."""
        return int(SEEN_HEADER.unpack(os.pread(self.fd, SEEN_HEADER_BYTES, 0))[2])

    def close(self) -> None:
        """Let it go."""
        os.close(self.fd)


def observe(
    argv: Sequence[str | Path],
    *,
    library: Path | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Observed:
    """Run a program to its end under this machine's library."""
    memory = Memory(library or library_of("host"))
    try:
        done = subprocess.run(
            [str(word) for word in argv], env=memory.environment(env), cwd=cwd, capture_output=True, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return Observed(done.returncode, done.stdout, done.stderr, memory.read())
    finally:
        memory.close()


def unobserved(
    argv: Sequence[str | Path], *, cwd: Path | None = None
) -> "subprocess.CompletedProcess[bytes]":
    """The same without."""
    return subprocess.run(
        [str(word) for word in argv], env=ENVIRONMENT, cwd=cwd, capture_output=True, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


@functools.cache
def library_of(arch: str) -> Path:
    """The built library of an architecture, `host` for this machine's; built if need be, with the client."""
    return client_of(arch).path.with_name(SEEN_LIBRARY)


@functools.cache
def trapping_library() -> Path:
    """This machine's library, made by clang so that undefined behaviour kills the program: no runtime is asked."""
    require("clang")
    directory = OUT / f"trapping-{os.getpid()}"
    directory.mkdir(parents=True, exist_ok=True)
    built = directory / SEEN_LIBRARY
    flags = ["-std=c11", "-shared", "-nostdlib", "-fPIC", "-O1", "-g", "-fno-builtin", "-fvisibility=hidden"]
    traps = ["-fno-stack-protector", "-fsanitize=undefined,bounds", "-fsanitize-trap=all"]
    sources = sorted(map(str, (NATIVE / "observe").glob("*.c")))
    subprocess.run(["clang", *flags, *traps, *sources, "-o", str(built)], check=True)
    return built


@functools.cache
def program(name: str, *flags: str, compiler: tuple[str, ...] = ("gcc",)) -> Path:
    """Compile one of `tests/native/programs`, once per test process."""
    directory = OUT / f"programs-{os.getpid()}"
    directory.mkdir(parents=True, exist_ok=True)
    built = directory / f"{name}-{abs(hash((flags, compiler)))}"
    source = PROGRAMS / f"{name}.c"
    subprocess.run([*compiler, "-O1", "-w", *flags, str(source), "-o", str(built)], check=True)
    return built


def qemu_of(arch: str) -> str:
    """The emulator's whole path."""
    return shutil.which(f"qemu-{QEMU[arch]}-static") or "qemu is missing"
