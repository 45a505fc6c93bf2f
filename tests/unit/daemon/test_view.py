"""The view over the wire: each method is a request, and an answer that does not fit ends the session."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.daemon.transport import Transport
from dunnage.daemon.view import SocketView, environment
from dunnage.model.view import STAT, Entry, Made, RestoreFile, Run, ViewGone
from dunnage.wire.messages import (
    EntryKind,
    Exec,
    Exit,
    Exited,
    FileSource,
    List,
    Listed,
    Message,
    Open,
    Opened,
    Output,
    RunFlag,
    Stat,
    Stats,
    Stream,
    Welcome,
    Write,
    Written,
)
from dunnage.wire.messages import Run as RunRequest
from dunnage.wire.seen import SEEN_HEADER, SEEN_VERSION
from support.hand_client import HandClient, hello
from support.units import record_at

Answer = Callable[[HandClient], None]


class Scene:
    """A view, and a client that answers from another thread."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self.transport = Transport(ours)
        self.client = HandClient(theirs)
        self.view = SocketView(self.transport, hello(mount_namespace=42))
        self.seen: list[Message | None] = []
        self._threads: list[threading.Thread] = []

    def answer(self, *answers: Message, after: int = 1, descriptors: tuple[int, ...] = ()) -> None:
        """After `after` messages send these, the greeting not counted."""

        def run() -> None:
            while len([m for m in self.seen if not isinstance(m, Welcome)]) < after:
                self.seen.append(self.client.next())
            if answers:
                self.client.send(*answers, descriptors=descriptors)

        thread = threading.Thread(target=run)
        thread.start()
        self._threads.append(thread)

    def requests(self) -> list[Message | None]:
        """What the client was asked, without the greeting."""
        for thread in self._threads:
            thread.join()
        return [message for message in self.seen if not isinstance(message, Welcome)]


@pytest.fixture
def scene() -> Iterator[Scene]:
    made = Scene()
    yield made
    made.requests()
    made.transport.close()
    made.client.close()


def test_the_greeting_goes_out_with_the_first_request(scene: Scene) -> None:
    scene.answer(Stats((record_at("/"),)))
    assert scene.view.stat(["/"]) == [record_at("/")]
    assert isinstance(scene.seen[0], Welcome)
    [request] = scene.requests()
    assert isinstance(request, Stat)
    assert list(request.paths) == ["/"]
    assert scene.view.mount_namespace == 42


def test_stats_in_batches(scene: Scene) -> None:
    count = limits.PATHS_PER_FRAME_MAX + 1
    record = record_at("/")
    scene.answer(Stats((record,) * limits.PATHS_PER_FRAME_MAX), Stats((record,)))
    assert scene.view.stat(["/"] * count) == [record] * count


def test_no_stats_for_nothing(scene: Scene) -> None:
    assert scene.view.stat([]) == []


def test_too_few_records(scene: Scene) -> None:
    scene.answer(Stats(()))
    with pytest.raises(ViewGone, match="protocol"):
        scene.view.stat(["/"])


def test_open_passes_regular_files_only(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("contents")
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    descriptors = (os.open(path, os.O_RDONLY), os.open(fifo, os.O_RDONLY | os.O_NONBLOCK))
    scene.answer(Opened((0, 2, 0)), descriptors=descriptors)
    found = scene.view.open(["file", "missing", "fifo"])
    assert found[1:] == [None, None]
    assert found[0] is not None
    assert os.pread(found[0], 100, 0) == b"contents"
    assert isinstance(scene.requests()[0], Open)
    for descriptor in (*descriptors, found[0]):
        os.close(descriptor)


def test_a_client_that_goes_between_two_batches_leaves_no_descriptor_open(
    scene: Scene, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    descriptor = os.open(tmp_path / "file", os.O_RDONLY)
    count = limits.FDS_PER_FRAME_MAX
    before = len(os.listdir("/proc/self/fd"))
    scene.answer(Opened((0,) * count), Listed(0, ()), descriptors=(descriptor,) * count)
    with pytest.raises(ViewGone):
        scene.view.open(["file"] * (count + 1))
    assert len(os.listdir("/proc/self/fd")) == before
    os.close(descriptor)


def test_entries(scene: Scene) -> None:
    scene.answer(Listed(0, ((EntryKind.FILE, "a"), (EntryKind.DIRECTORY, "b"))))
    assert scene.view.entries("/d") == [Entry("a", is_dir=False), Entry("b", is_dir=True)]
    assert scene.requests() == [List("/d")]


def test_entries_of_what_is_no_directory(scene: Scene) -> None:
    scene.answer(Listed(20, ()))
    assert scene.view.entries("/d") is None


def test_a_question_is_quiet(scene: Scene) -> None:
    scene.answer(Output(Stream.STDOUT, b"1.95"), Exited(0, 0, 0, 5, 6, 7, 0))
    run = scene.view.ask(["rustc", "-vV"])
    assert run == Run(code=0, signal=0, stdout=b"1.95", stderr=b"", started_ns=5, wall_us=6, cpu_us=7)
    [request] = scene.requests()
    assert isinstance(request, RunRequest)
    assert (request.flags, tuple(request.argv)) == (RunFlag.QUIET, ("rustc", "-vV"))
    assert scene.view.finished_run is None


def test_a_compile_is_as_the_client_was_called(scene: Scene) -> None:
    scene.answer(Output(Stream.STDERR, b"a"), Output(Stream.STDERR, b"b"), Exited(0, 1, 0, 5, 6, 7, 0))
    run = scene.view.compile()
    assert (run.code, run.stderr, run.stdout) == (1, b"ab", b"")
    [request] = scene.requests()
    assert isinstance(request, RunRequest)
    assert (request.flags, list(request.argv)) == (0, [])
    assert scene.view.finished_run == run


def test_words_that_are_added_to_a_compile(scene: Scene) -> None:
    """Behind the client's own: with them, as a whole line, or with those for notes."""
    own = list(hello().argv)
    for noting, sent in (((), [*own, "--x"]), (("-C", "link-arg=y"), ["--x", "-C", "link-arg=y"])):
        scene.seen.clear()
        scene.answer(Exited(0, 0, 0, 5, 6, 7, 0))
        scene.view.compile(noting, adding=["--x"])
        [request] = scene.requests()
        assert isinstance(request, RunRequest)
        assert (request.flags, list(request.argv)) == (RunFlag.NOTES if noting else 0, sent)


def memory_file(data: bytes) -> int:
    made = os.memfd_create("notes")
    os.write(made, data)
    return made


def test_notes_of_a_compile(scene: Scene) -> None:
    """They are asked for with more words, and read from their beginning."""
    notes = memory_file(b"x: crt1.o")
    scene.answer(Exited(0, 0, 0, 5, 6, 7, 1), descriptors=(notes,))
    assert scene.view.compile(["-C", "link-arg=y"]).notes == b"x: crt1.o"
    [request] = scene.requests()
    assert isinstance(request, RunRequest)
    assert (request.flags, list(request.argv)) == (RunFlag.NOTES, ["-C", "link-arg=y"])
    os.close(notes)


def test_a_client_without_notes(scene: Scene) -> None:
    scene.answer(Exited(0, 0, 0, 5, 6, 7, 0))
    assert scene.view.compile(["-C", "link-arg=y"]).notes is None


def seen_file(data: bytes, used: int, size: int = limits.SEEN_BYTES_MAX) -> int:
    made = os.memfd_create("seen")
    os.write(made, SEEN_HEADER.pack(SEEN_VERSION, 0, used) + data)
    os.ftruncate(made, size)
    return made


def test_what_was_seen_in_a_compile(scene: Scene) -> None:
    seen = seen_file(b"12345678", 8)
    scene.answer(Exited(0, 0, 0, 5, 6, 7, 0, 1), descriptors=(seen,))
    run = scene.view.compile(observing=True)
    assert run.seen == SEEN_HEADER.pack(SEEN_VERSION, 0, 8) + b"12345678"
    [request] = scene.requests()
    assert isinstance(request, RunRequest)
    assert (request.flags, list(request.argv)) == (RunFlag.SEEN, [])
    os.close(seen)


def test_notes_and_what_was_seen_come_together(scene: Scene) -> None:
    notes, seen = memory_file(b"x: crt1.o"), seen_file(b"12345678", 8)
    scene.answer(Exited(0, 0, 0, 5, 6, 7, 1, 1), descriptors=(notes, seen))
    run = scene.view.compile(["-C", "link-arg=y"], observing=True)
    assert (run.notes, run.seen) == (b"x: crt1.o", SEEN_HEADER.pack(SEEN_VERSION, 0, 8) + b"12345678")
    [request] = scene.requests()
    assert isinstance(request, RunRequest)
    assert request.flags == RunFlag.NOTES | RunFlag.SEEN
    os.close(notes)
    os.close(seen)


def test_a_program_that_cannot_be_observed(scene: Scene) -> None:
    scene.answer(Exited(0, 0, 0, 5, 6, 7, 0, 0))
    assert scene.view.compile(observing=True).seen is None


@pytest.mark.parametrize(
    ("used", "size", "read"),
    [
        (1 << 63, 4096, 4096),
        (1 << 63, 65, 65),
        (0, 4096, 64),
        (100, 1 << 40, 164),
        (0, 63, None),
        (8, 0, None),
    ],
)
def test_what_a_program_says_of_its_notes_is_not_believed(
    scene: Scene, used: int, size: int, read: int | None
) -> None:
    """No more is read than there is, however much is said to be used."""
    seen = seen_file(bytes(8), used, size)
    scene.answer(Exited(0, 0, 0, 5, 6, 7, 0, 1), descriptors=(seen,))
    found = scene.view.compile(observing=True).seen
    assert (None if found is None else len(found)) == read
    os.close(seen)


def test_what_is_no_file_was_not_seen(scene: Scene) -> None:
    read, write = os.pipe()
    scene.answer(Exited(0, 0, 0, 5, 6, 7, 0, 1), descriptors=(read,))
    assert scene.view.compile(observing=True).seen is None
    os.close(read)
    os.close(write)


def test_too_many_notes_are_none(scene: Scene) -> None:
    notes = os.memfd_create("notes")
    os.ftruncate(notes, limits.NOTES_BYTES_MAX + 1)
    scene.answer(Exited(0, 0, 0, 5, 6, 7, 1), descriptors=(notes,))
    run = scene.view.compile(["-C", "link-arg=y"])
    assert (run.code, run.notes) == (0, None)
    os.close(notes)


def test_notes_that_do_not_come(scene: Scene) -> None:
    scene.answer(Exited(0, 0, 0, 5, 6, 7, 1))
    with pytest.raises(ViewGone, match="protocol"):
        scene.view.compile(["-C", "link-arg=y"])


def test_more_than_is_kept_is_none(scene: Scene) -> None:
    chunk = Output(Stream.STDERR, bytes(limits.OUTPUT_CHUNK_BYTES_MAX))
    count = limits.STREAM_BYTES_MAX // limits.OUTPUT_CHUNK_BYTES_MAX + 1
    scene.answer(*[chunk] * count, Exited(0, 0, 0, 5, 6, 7, 0))
    assert scene.view.compile().stderr is None


def test_a_compiler_that_cannot_be_started(scene: Scene) -> None:
    scene.answer(Exited(2, 0, 0, 0, 0, 0, 0))
    with pytest.raises(ViewGone, match="client-gone"):
        scene.view.compile()


def test_restore_is_one_call(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "blob"
    path.write_text("b")
    descriptor = os.open(path, os.O_RDONLY)
    scene.answer(Written((record_at(str(path)), record_at("/"))), after=2)
    files = [
        RestoreFile("/out/a", executable=True, descriptor=descriptor),
        RestoreFile("/out/a.d", executable=False, descriptor=None, data=b"a: b"),
    ]
    scene.view.stat([])
    records = scene.view.restore(files, b"out", b"err")
    assert records == [record_at(str(path)), record_at("/")]
    write, exit_message = scene.requests()
    assert isinstance(write, Write)
    assert [(f.path, f.executable, f.source, f.data) for f in write.files] == [
        ("/out/a", True, FileSource.DESCRIPTOR, b""),
        ("/out/a.d", False, FileSource.INLINE, b"a: b"),
    ]
    assert exit_message == Exit(0, 0, b"out", b"err")
    assert len(scene.client.descriptors) == 1
    assert scene.view.is_over
    os.close(descriptor)


def test_more_files_than_one_frame_takes(scene: Scene) -> None:
    """The client ends with the last of them."""
    step, record = limits.OUTPUTS_PER_UNIT_MAX, record_at("/")
    scene.answer(Written((record,) * step), Written((record,)))
    files = [RestoreFile(f"/out/{n}", executable=False, descriptor=None) for n in range(step + 1)]
    assert scene.view.restore(files, b"out", b"") == [record] * (step + 1)
    [first] = scene.requests()
    second, last = scene.client.next(), scene.client.next()
    assert isinstance(first, Write)
    assert isinstance(second, Write)
    assert [file.path for file in (*first.files, *second.files)] == [file.path for file in files]
    assert last == Exit(0, 0, b"out", b"")


def test_a_file_that_could_not_be_written(scene: Scene) -> None:
    scene.answer(Written((STAT.pack(28, 0, 0, 0, 0, 0, 0),)), after=2)
    with pytest.raises(ViewGone) as gone:
        scene.view.restore([RestoreFile("/out/a.d", executable=False, descriptor=None)], b"", b"")
    assert (gone.value.reason, gone.value.detail) == ("write-failed", "/out/a.d")


def test_many_files_go_in_several_frames(scene: Scene, tmp_path: Path) -> None:
    """A tree: directories, a program behind a launcher, files from descriptors, and the move at the end."""
    path = tmp_path / "blob"
    path.write_text("b")
    descriptor = os.open(path, os.O_RDONLY)
    there = record_at(str(path))
    many = limits.OUTPUTS_PER_UNIT_MAX
    scene.answer(Written((there,) * many), Written((there,) * 2))
    files = [
        RestoreFile("/out", executable=False, descriptor=None, made=Made.DIRECTORY),
        *(RestoreFile(f"/out/{number}", executable=False, descriptor=None) for number in range(many - 1)),
        RestoreFile("/out/program", True, descriptor, b"ab" * 32, Made.LAUNCHER),
        RestoreFile("/at", executable=False, descriptor=None, data=b"/out", made=Made.MOVED),
    ]
    assert scene.view.write(files) == [there] * (many + 2)
    [first] = scene.requests()
    second = scene.client.next()
    assert isinstance(first, Write)
    assert isinstance(second, Write)
    assert first.files[0].source is FileSource.DIRECTORY
    assert [(f.source, f.data) for f in second.files] == [
        (FileSource.LAUNCHER, b"ab" * 32),
        (FileSource.RENAME, b"/out"),
    ]
    assert not scene.view.is_over
    os.close(descriptor)


def test_stepping_aside_and_ending(scene: Scene) -> None:
    scene.answer(after=1)
    scene.view.step_aside("linked")
    assert scene.requests() == [Exec("linked")]
    assert scene.view.is_over


def test_the_client_ends_as_the_compiler_did(scene: Scene) -> None:
    scene.answer(after=1)
    scene.view.exit(Run(code=0, signal=9, stdout=b"x", stderr=b"y", started_ns=0, wall_us=0, cpu_us=0))
    assert scene.requests() == [Exit(0, 9)]


def test_another_answer_than_asked_for(scene: Scene) -> None:
    scene.answer(Listed(0, ()))
    with pytest.raises(ViewGone) as gone:
        scene.view.stat(["/"])
    assert gone.value.reason == "protocol"


def test_environment_as_getenv_sees_it() -> None:
    assert environment(["A=1", "A=2", "B=", "C=x=y", "odd"]) == {"A": "1", "B": "", "C": "x=y"}
