"""A view over the wire: what the brain asks, the client at the other end of a connection does."""

import os
from collections.abc import Iterator, Sequence
from stat import S_ISREG
from typing import Final, TypeVar, cast

from dunnage import limits
from dunnage.daemon.transport import Transport
from dunnage.model.view import Entry, Made, RestoreFile, Run, StatRecord, View, ViewGone, exists
from dunnage.wire.messages import (
    ClientMessage,
    DaemonMessage,
    EntryKind,
    Exec,
    Exit,
    Exited,
    FileSource,
    Hello,
    List,
    Listed,
    Open,
    Opened,
    Output,
    RunFlag,
    Stat,
    Stats,
    Stream,
    Welcome,
    Write,
    WriteFile,
    Written,
)
from dunnage.wire.messages import Run as RunRequest
from dunnage.wire.seen import SEEN_HEADER, SEEN_HEADER_BYTES
from dunnage.wire.version import CAPABILITIES, WIRE_VERSION

_PATH_BYTES_PER_FRAME: Final = limits.DAEMON_FRAME_BYTES_MAX // 2
"""Paths are counted in characters, of which one takes at most four bytes; real paths are ASCII. The codec checks."""

_M = TypeVar("_M", bound=ClientMessage)


class SocketView:
    """The files of one client, asked for over its connection."""

    def __init__(self, transport: Transport, hello: Hello) -> None:
        self._transport = transport
        self._namespace = hello.mount_namespace
        self._argv = hello.argv
        self._greeting: list[DaemonMessage] = [Welcome(WIRE_VERSION, CAPABILITIES)]
        self.finished_run: Run | None = None
        """The compiler's end, once the client's own compile is done."""
        self.is_over = False
        """The last message has been sent: the client is on its own."""

    @property
    def mount_namespace(self) -> int:
        """As the client says."""
        return self._namespace

    def stat(self, paths: Sequence[str]) -> list[StatRecord]:
        """See `View`."""
        records: list[StatRecord] = []
        for batch in _batches(paths):
            answer = self._ask(Stat(batch), Stats)
            if len(answer.records) != len(batch):
                raise ViewGone("protocol", "as many records as paths were expected")
            records += cast(Sequence[StatRecord], answer.records)  # six hundred calls less
        return records

    def open(self, paths: Sequence[str]) -> list[int | None]:
        """See `View`. What is no regular file counts as not there: reading it could wait for ever."""
        found: list[int | None] = []
        try:
            for start in range(0, len(paths), limits.FDS_PER_FRAME_MAX):
                found += self._open_batch(paths[start : start + limits.FDS_PER_FRAME_MAX])
        except BaseException:  # a client that goes in the middle leaves what it had opened
            for descriptor in found:
                if descriptor is not None:
                    os.close(descriptor)
            raise
        return found

    def _open_batch(self, batch: Sequence[str]) -> list[int | None]:
        answer = self._ask(Open(batch), Opened)
        if len(answer.errnos) != len(batch):
            raise ViewGone("protocol", "as many answers as paths were expected")
        descriptors = iter(self._transport.take_descriptors(sum(errno == 0 for errno in answer.errnos)))
        return [None if errno else _regular(next(descriptors)) for errno in answer.errnos]

    def entries(self, path: str) -> list[Entry] | None:
        """See `View`."""
        answer = self._ask(List(path), Listed)
        if answer.errno:
            return None
        return [
            Entry(name, kind == EntryKind.DIRECTORY, kind == EntryKind.SYMLINK) for kind, name in answer.names
        ]

    def ask(self, argv: Sequence[str]) -> Run:
        """See `View`."""
        return self._run(RunRequest(RunFlag.QUIET, argv))

    def compile(
        self, noting: Sequence[str] = (), *, adding: Sequence[str] = (), observing: bool = False
    ) -> Run:
        """See `View`. Words stand behind the client's own only with NOTES; without, they are the whole line."""
        words = (*(() if noting or not adding else self._argv), *adding, *noting)
        flags = (RunFlag.NOTES if noting else 0) | (RunFlag.SEEN if observing else 0)
        self.finished_run = self._run(RunRequest(flags, words))
        return self.finished_run

    def _run(self, request: RunRequest) -> Run:
        self._send([request])
        self._transport.wait_at_most(
            0
        )  # a compiler takes as long as it takes; a client that dies ends the connection
        streams: dict[int, list[bytes]] = {Stream.STDOUT: [], Stream.STDERR: []}
        sizes = dict.fromkeys(streams, 0)
        while isinstance(message := self._transport.receive(), Output):
            sizes[message.stream] += len(message.data)
            if sizes[message.stream] <= limits.STREAM_BYTES_MAX:
                streams[message.stream].append(message.data)
        self._transport.wait_at_most(limits.REPLY_TIMEOUT_S)
        if not isinstance(message, Exited):
            raise ViewGone("protocol", f"{type(message).__name__} instead of EXITED")
        if message.errno:
            raise ViewGone("client-gone", f"the compiler could not be started: {os.strerror(message.errno)}")
        # Both at once: whoever raises leaves none behind.
        files = self._transport.take_descriptors(message.notes + message.seen)
        seen = _observations(files.pop()) if message.seen else None
        notes = _contents(files.pop()) if message.notes else None
        stdout, stderr = (
            b"".join(streams[s]) if sizes[s] <= limits.STREAM_BYTES_MAX else None
            for s in (Stream.STDOUT, Stream.STDERR)
        )
        return Run(
            code=message.code, signal=message.signal, stdout=stdout, stderr=stderr,
            started_ns=message.started_ns, wall_us=message.wall_us, cpu_us=message.cpu_us, notes=notes, seen=seen,
            outlived=message.outlived == 1,
        )  # fmt: skip

    def write(self, files: Sequence[RestoreFile]) -> list[StatRecord]:
        """See `View`."""
        return [record for batch in _frames(files) for record in self._write(batch)]

    def restore(self, files: Sequence[RestoreFile], stdout: bytes, stderr: bytes) -> list[StatRecord]:
        """See `View`. The last WRITE and EXIT go out together: the client ends without another round trip."""
        *front, last = _frames(files) or [files]
        records = [record for batch in front for record in self._write(batch)]
        return [*records, *self._write(last, Exit(0, 0, stdout, stderr))]

    def _write(self, files: Sequence[RestoreFile], *last: Exit) -> list[StatRecord]:
        self._send([_write(files), *last], _descriptors(files))
        self.is_over = bool(last)
        records = [StatRecord(record) for record in self._receive(Written).records]
        if len(records) != len(files):
            raise ViewGone("protocol", "as many records as files were expected")
        failed = [file.path for file, record in zip(files, records, strict=True) if not exists(record)]
        if failed:
            self.is_over = True  # the client goes on alone
            raise ViewGone("write-failed", ", ".join(failed))
        return records

    def exit(self, run: Run) -> None:
        """See `View`."""
        self._send([Exit(run.code, run.signal)])
        self.is_over = True

    def step_aside(self, reason: str) -> None:
        """See `View`."""
        self._send([Exec(reason)])
        self.is_over = True

    def _ask(self, request: DaemonMessage, answer: type[_M]) -> _M:
        self._send([request])
        return self._receive(answer)

    def _send(self, messages: list[DaemonMessage], descriptors: Sequence[int] = ()) -> None:
        if self._greeting:
            if descriptors:  # they belong to the first frame of a call
                self._transport.send(self._greeting)
            else:
                messages = [*self._greeting, *messages]
            self._greeting = []
        self._transport.send(messages, descriptors)

    def _receive(self, expected: type[_M]) -> _M:
        message = self._transport.receive()
        if not isinstance(message, expected):
            raise ViewGone("protocol", f"{type(message).__name__} instead of {expected.__name__}")
        return message


_SOURCES: Final = {
    Made.LAUNCHER: FileSource.LAUNCHER,
    Made.DIRECTORY: FileSource.DIRECTORY,
    Made.MOVED: FileSource.RENAME,
    Made.LENT: FileSource.LENT,
}


def _write(files: Sequence[RestoreFile]) -> Write:
    return Write(
        [WriteFile(file.path, file.executable, _source(file), file.data, file.notice) for file in files]
    )


def _frames(files: Sequence[RestoreFile]) -> list[Sequence[RestoreFile]]:
    step = limits.OUTPUTS_PER_UNIT_MAX
    return [files[start : start + step] for start in range(0, len(files), step)]


def _source(file: RestoreFile) -> FileSource:
    plain = FileSource.INLINE if file.descriptor is None else FileSource.DESCRIPTOR
    return _SOURCES.get(file.made, plain)


def _descriptors(files: Sequence[RestoreFile]) -> list[int]:
    return [file.descriptor for file in files if file.descriptor is not None]


def _batches(paths: Sequence[str]) -> Iterator[Sequence[str]]:
    """Paths in frames: not too many, and not too long together."""
    if len(paths) <= limits.PATHS_PER_FRAME_MAX and sum(map(len, paths)) <= _PATH_BYTES_PER_FRAME:
        if paths:
            yield paths
        return
    start = size = 0
    for index, path in enumerate(paths):
        if index - start >= limits.PATHS_PER_FRAME_MAX or size > _PATH_BYTES_PER_FRAME:
            yield paths[start:index]
            start, size = index, 0
        size += len(path) + 4
    if start < len(paths):
        yield paths[start:]


def _contents(descriptor: int) -> bytes | None:
    """What stands in a memory file, which is closed; None for too much, or what is no file."""
    with os.fdopen(descriptor, "rb", buffering=0):
        status = os.fstat(descriptor)
        if not S_ISREG(status.st_mode) or status.st_size > limits.NOTES_BYTES_MAX:
            return None
        return os.pread(descriptor, limits.NOTES_BYTES_MAX, 0)


def _observations(descriptor: int) -> bytes | None:
    """The used part of a memory file of observations, which is closed; None for what is no such file.

    What its header says is the word of programs that we know nothing of: it may shorten what is read, no more.
    """
    with os.fdopen(descriptor, "rb", buffering=0):
        status = os.fstat(descriptor)
        if not S_ISREG(status.st_mode):
            return None
        header = os.pread(descriptor, SEEN_HEADER_BYTES, 0)
        room = min(status.st_size, limits.SEEN_BYTES_MAX)
        if len(header) < SEEN_HEADER_BYTES or room < SEEN_HEADER_BYTES:
            return None
        used = SEEN_HEADER.unpack_from(header)[2]
        return header + os.pread(descriptor, min(used, room - SEEN_HEADER_BYTES), SEEN_HEADER_BYTES)


def _regular(descriptor: int) -> int | None:
    if S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    return None


def environment(pairs: Sequence[str]) -> dict[str, str]:
    """`NAME=value` words as a mapping; the first of equal names wins, as in getenv(3)."""
    return dict(pair.split("=", 1) for pair in reversed(pairs) if "=" in pair)


_: type[View] = SocketView
