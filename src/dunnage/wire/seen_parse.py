"""From the bytes of a run's memory file to what was seen. Whatever a program wrote there is possible.

A note that is not understood, not finished, or for which there was no room makes all of it worthless: something was
looked at, and nobody knows what.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from dunnage import limits
from dunnage.model.seen import Process, Seen, is_special
from dunnage.wire.seen import SEEN_HEADER_BYTES, SEEN_NOTE, SEEN_SEPARATOR, SEEN_VERSION, SeenKind

_WORDS: Final = frozenset({SeenKind.ENV, SeenKind.COMPILER_ENV, SeenKind.UNSEEN, SeenKind.ARGUMENTS})
"""Kinds whose text is a word. That of all others is a path."""
_ASKED: Final = frozenset({SeenKind.READ, SeenKind.LOOKED, SeenKind.LISTED})
_KINDS: Final = {int(kind): kind for kind in SeenKind}


class SeenError(ValueError):
    """These are no notes that are understood, or some are missing."""


class Note(NamedTuple):
    """One note."""

    pid: int
    kind: SeenKind
    value: int
    text: str


def parse_seen(
    data: bytes, *, last_program_only: bool = False, answered: Collection[int] = frozenset()
) -> Seen:
    """What all notes say together.

    Args:
        data: header and notes, nothing behind them.
        last_program_only: leave out what was looked at before the first process became its last program: rustup's
            proxy decides which rustc is run, and that is another one's matter.
        answered: pids of programs that the library need not be in: what they look at is known otherwise.

    Raises:
        SeenError.
    """
    notes = list(notes_of(data))
    gathered = _Gathered(answered)
    for note in _of_last_program(notes) if last_program_only else notes:
        gathered.take(note)
    return gathered.seen()


def _of_last_program(notes: Sequence[Note]) -> Sequence[Note]:
    began = [index for index, note in enumerate(notes) if note.kind is SeenKind.BEGAN]
    if not began:
        return notes
    first = notes[began[0]].pid
    return notes[max(index for index in began if notes[index].pid == first) :]


def notes_of(data: bytes) -> Iterator[Note]:
    """The notes one by one, in the order in which they were begun.

    Raises:
        SeenError.
    """
    if len(data) < SEEN_HEADER_BYTES:
        raise SeenError("no header")
    version = int.from_bytes(data[:4], "little")
    if version != SEEN_VERSION:
        raise SeenError(f"notes of version {version}")
    if int.from_bytes(data[8:16], "little") != len(data) - SEEN_HEADER_BYTES:
        raise SeenError("more was seen than there was room for")
    at = SEEN_HEADER_BYTES
    while at < len(data):
        if at + SEEN_NOTE.size > len(data):
            raise SeenError("an end in the middle of a note")
        size, pid, kind, zero, value = SEEN_NOTE.unpack_from(data, at)
        if size == 0:
            raise SeenError("a note that nobody finished")
        if size <= SEEN_NOTE.size or size % 8 or at + size > len(data):
            raise SeenError(f"a note of {size} bytes")
        if kind not in _KINDS or zero:
            raise SeenError(f"a note of kind {kind}")
        text, found, _ = data[at + SEEN_NOTE.size : at + size].partition(b"\0")
        if not found:
            raise SeenError("a text without an end")
        if len(text) > limits.SEEN_TEXT_BYTES_MAX:
            raise SeenError(f"a text of {len(text)} bytes")
        yield _note(pid, _KINDS[kind], value, text)
        at += size


def _note(pid: int, kind: SeenKind, value: int, text: bytes) -> Note:
    if pid == 0:
        raise SeenError("a note of nobody")
    if kind not in _WORDS and kind is not SeenKind.FAILED and not text.startswith(b"/"):
        raise SeenError(f"a path that is not absolute: {text!r}")
    return Note(pid, kind, value, text.decode("utf-8", "surrogateescape"))


@dataclass(slots=True)
class _Process:
    """One process while its notes are read."""

    parent: int = 0
    program: str = ""
    arguments: tuple[str, ...] = ()
    wrote: set[str] = field(default_factory=set)
    unseen: set[str] = field(default_factory=set)
    becoming: str | None = None
    """The program that it said it would run, until that began or did not work."""


@dataclass(slots=True)
class _Gathered:
    """All notes so far."""

    answered: Collection[int]
    texts: dict[SeenKind, set[str]] = field(default_factory=lambda: {kind: set() for kind in SeenKind})
    processes: dict[int, _Process] = field(default_factory=dict)
    spawned: dict[int, tuple[int, str]] = field(default_factory=dict)
    """Child → who started it, and which program."""
    began: set[int] = field(default_factory=set)
    unseen: set[tuple[str, str]] = field(default_factory=set)
    special: set[tuple[str, str]] = field(default_factory=set)
    first_pid: int = 0
    first: str | None = None

    def take(self, note: Note) -> None:
        """Add one."""
        pid, kind, value, text = note
        process = self.processes.setdefault(pid, _Process())
        if kind is SeenKind.BEGAN:
            self._began(pid, process, value, text)
        elif kind is SeenKind.EXEC:
            self._lost(pid, process.becoming)
            process.becoming = text
        elif kind is SeenKind.FAILED:
            if process.becoming is not None:
                self.texts[SeenKind.LOOKED].add(process.becoming)
            process.becoming = None
        elif kind is SeenKind.SPAWNED:
            self.spawned[value] = (pid, text)
            self.texts[SeenKind.EXEC].add(text)
        elif kind is SeenKind.UNSEEN:
            process.unseen.add(text)
            self.unseen.add((process.program, text))
        elif kind is SeenKind.ARGUMENTS:
            process.arguments = tuple(text.split(SEEN_SEPARATOR))
        elif kind is SeenKind.WROTE:
            process.wrote.add(text)
            self.texts[kind].add(text)
        else:
            self.texts[kind].add(text)
            if kind in _ASKED and is_special(text):
                self.special.add((process.program, text))

    def _began(self, pid: int, process: _Process, parent: int, program: str) -> None:
        if self.first is None:
            self.first_pid, self.first = pid, program
        if process.becoming is not None:
            self.texts[SeenKind.EXEC].add(process.becoming)
            process.becoming = None
        self.texts[SeenKind.EXEC].add(program)
        self.began.add(pid)
        process.parent, process.program, process.arguments = parent, program, ()

    def _lost(self, pid: int, program: str | None, started: int = 0) -> None:
        """A program ran, and the library was not in it. `started`: the process's pid, if it is not `pid` itself."""
        if program is None:
            return
        self.texts[SeenKind.EXEC].add(program)
        if (started or pid) in self.answered:
            return
        self.unseen.add((program, "exec"))
        self.processes[pid].unseen.add("exec")

    def seen(self) -> Seen:
        """All of it, once there are no more notes."""
        for pid, process in self.processes.items():
            self._lost(pid, process.becoming)
            process.becoming = None
        for child, (parent, program) in self.spawned.items():
            if child not in self.began:
                self._lost(parent, program, child)
        texts = {kind: frozenset(found) for kind, found in self.texts.items()}
        return Seen(
            read=texts[SeenKind.READ], wrote=texts[SeenKind.WROTE], looked=texts[SeenKind.LOOKED],
            listed=texts[SeenKind.LISTED], special=frozenset(self.special), env=texts[SeenKind.ENV],
            compiler_env=texts[SeenKind.COMPILER_ENV], programs=texts[SeenKind.EXEC],
            libraries=texts[SeenKind.LIBRARY], unseen=frozenset(self.unseen), first=self.first,
            first_pid=self.first_pid,
            by_pid={
                pid: Process(
                    pid=pid, parent=process.parent, program=process.program, arguments=process.arguments,
                    wrote=frozenset(process.wrote), unseen=frozenset(process.unseen),
                )
                for pid, process in self.processes.items()
            },
        )  # fmt: skip
