"""Units and views for tests that need no compiler: a view over this machine's own files."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from dunnage import limits
from dunnage.model.invocation import Invocation
from dunnage.model.unit import Input, Output, Unit, Word
from dunnage.model.view import STAT, Entry, Made, RestoreFile, Run, StatRecord, record_of
from support.noting import began, memory

ENDED_WELL = Run(code=0, signal=0, stdout=b"", stderr=b"", started_ns=0, wall_us=1000, cpu_us=1000)


def unit_of(directory: str, **changes: Any) -> Unit:
    """A library unit in `directory`, as cargo would have it compiled."""
    fields: dict[str, Any] = {
        "language": "rust",
        "name": "demo",
        "compiler": "/toolchain/bin/rustc",
        "words": (Word("edition", "2021"),),
        "env": (("RUSTC_BOOTSTRAP", None),),
        "inputs": (Input("source", f"{directory}/src/lib.rs"),),
        "outputs": (
            Output("dep-info", f"{directory}/target/debug/deps/demo-1.d"),
            Output("metadata", f"{directory}/target/debug/deps/libdemo-1.rmeta"),
            Output("link", f"{directory}/target/debug/deps/libdemo-1.rlib"),
        ),
        "dep_info": f"{directory}/target/debug/deps/demo-1.d",
        "out_dir": f"{directory}/target/debug/deps",
        "cwd": directory,
        "crate_name": "demo",
    }
    return Unit(**(fields | changes))


def record_at(path: str) -> StatRecord:
    """The stat record that a client would send."""
    try:
        return record_of(os.stat(path))
    except OSError as error:
        return StatRecord(STAT.pack(error.errno or 5, 0, 0, 0, 0, 0, 0))


class LocalView:
    """A view of this process's own files; `answers` are what compilers say when asked."""

    def __init__(self, answers: Mapping[tuple[str, ...], str] | None = None, *, namespace: int = 1) -> None:
        self.answers = dict(answers or {})
        self.namespace = namespace
        self.opened: list[str] = []
        self.asked: list[tuple[str, ...]] = []
        self.compiled = 0
        self.observing = False
        """Whether the last `compile` was to be observed."""
        self.seen: bytes | None = memory(began())
        """What `compile` says was seen when it was observed."""
        self.printed: tuple[bytes, bytes] | None = None
        self.ended: Run | str | None = None
        self.invocation: Invocation | None = None
        """What `compile` really runs; None: nothing."""
        self.while_compiling: Callable[[], None] = lambda: None

    @property
    def mount_namespace(self) -> int:
        return self.namespace

    def stat(self, paths: Sequence[str]) -> list[StatRecord]:
        return [record_at(path) for path in paths]

    def open(self, paths: Sequence[str]) -> list[int | None]:
        self.opened += paths
        found: list[int | None] = []
        for path in paths:
            try:
                found.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
            except OSError:
                found.append(None)
        return found

    def entries(self, path: str) -> list[Entry] | None:
        try:
            return [
                Entry(entry.name, entry.is_dir(follow_symlinks=False), entry.is_symlink())
                for entry in os.scandir(path)
            ]
        except OSError:
            return None

    def ask(self, argv: Sequence[str]) -> Run:
        self.asked.append(tuple(argv))
        if self.invocation is not None:
            done = subprocess.run(argv, env=dict(self.invocation.env), capture_output=True, check=False)
            return Run(
                code=done.returncode, signal=0, stdout=done.stdout, stderr=done.stderr,
                started_ns=0, wall_us=1, cpu_us=1,
            )  # fmt: skip
        said = self.answers.get(tuple(argv[1:]))
        return Run(
            code=int(said is None), signal=0, stdout=(said or "").encode(), stderr=b"",
            started_ns=0, wall_us=1, cpu_us=1,
        )  # fmt: skip

    def compile(
        self, noting: Sequence[str] = (), *, adding: Sequence[str] = (), observing: bool = False
    ) -> Run:
        self.compiled += 1
        self.observing = observing
        if self.invocation is None:
            return ENDED_WELL
        started_ns = time.time_ns()
        command = [self.invocation.program, *self.invocation.argv[1:], *adding, *noting]
        with _notes(bool(noting)) as notes:
            done = subprocess.run(
                command, cwd=self.invocation.cwd, env=dict(self.invocation.env), capture_output=True,
                check=False, pass_fds=notes,
            )  # fmt: skip
            noted = os.pread(notes[0], limits.NOTES_BYTES_MAX, 0) if notes else None
        self.while_compiling()
        return Run(
            code=max(done.returncode, 0), signal=max(-done.returncode, 0), stdout=done.stdout, stderr=done.stderr,
            started_ns=started_ns, wall_us=100_000, cpu_us=90_000, notes=noted, seen=self.seen if observing else None,
        )  # fmt: skip

    def write(self, files: Sequence[RestoreFile]) -> list[StatRecord]:
        for file in files:
            os.makedirs(os.path.dirname(file.path), exist_ok=True)
            if file.made is Made.DIRECTORY:
                os.makedirs(file.path, exist_ok=True)
            elif file.made is Made.MOVED:
                os.rename(file.data, file.path)
            else:
                data = file.data if file.descriptor is None else _contents(file.descriptor)
                with open(file.path, "wb") as out:
                    out.write(data)
                os.chmod(file.path, 0o755 if file.executable else 0o644)
        return [record_at(file.path) for file in files]

    def restore(self, files: Sequence[RestoreFile], stdout: bytes, stderr: bytes) -> list[StatRecord]:
        records = self.write(files)
        self.printed = (stdout, b"".join(file.notice for file in files) + stderr)
        return records

    def exit(self, run: Run) -> None:
        self.ended = run

    def step_aside(self, reason: str) -> None:
        self.ended = reason


@contextmanager
def _notes(wanted: bool) -> Iterator[tuple[int, ...]]:
    """The memory file that a compiler inherits, under its number."""
    if not wanted:
        yield ()
        return
    made = os.memfd_create("notes")
    os.dup2(made, limits.NOTES_DESCRIPTOR)
    os.close(made)
    try:
        yield (limits.NOTES_DESCRIPTOR,)
    finally:
        os.close(limits.NOTES_DESCRIPTOR)


def _contents(descriptor: int) -> bytes:
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0)
