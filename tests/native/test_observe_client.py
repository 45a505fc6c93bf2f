"""RUN with SEEN: what the client starts a program with, and what comes back."""

import os
import resource
import shutil
import subprocess
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.wire.messages import Exit, Exited, Output, Run, RunFlag
from dunnage.wire.seen import SEEN_LIBRARY, SEEN_VARIABLE, SeenKind
from support.fake_daemon import Peer
from support.native import Stage, client_of
from support.observing import Note, library_of, notes_in, program, texts

SEEN = Run(int(RunFlag.SEEN))
MACHINES = ["host", "asan"]
"""The library is this machine's, so the client must be, too."""


@pytest.fixture(params=MACHINES)
def client(request: pytest.FixtureRequest) -> object:
    """This machine's client, and the one under the sanitizers, beside which there is no library."""
    return client_of(request.param)


@pytest.fixture
def watching(stage: Stage) -> Stage:
    """A stage whose programs can be observed: the library is found beside RUSTC_WRAPPER, too."""
    stage.environment["RUSTC_WRAPPER"] = str(client_of("host").path)
    return stage


def run(peer: Peer, request: Run) -> tuple[Exited, bytes]:
    """Have the compiler run; how it ended, and its streams together."""
    peer.send(request)
    said = b""
    while isinstance(message := peer.next(), Output):
        said += message.data
    assert isinstance(message, Exited), message
    return message, said


def seen_by(peer: Peer) -> list[Note]:
    """The notes that came along."""
    (fd,) = peer.take_fds()
    with os.fdopen(fd, "rb") as file:
        return notes_in(file.read(limits.SEEN_BYTES_MAX))


def rustc_of(stage: Stage, source: Path) -> Path:
    """A program under the name of a compiler, so that the client asks."""
    rustc = stage.directory / "rustc"
    shutil.copy(source, rustc)
    return rustc


def test_a_program_is_observed(watching: Stage) -> None:
    """And sees nothing of it in its environment, whose order stays what it was."""
    rustc = rustc_of(watching, program("says"))
    call, peer = watching.compile(rustc, "word")
    exited, said = run(peer, SEEN)
    assert (exited.code, exited.seen, exited.notes) == (5, 1, 0)
    lines = said.decode().splitlines()
    assert lines[0].endswith("--crate-name x word")
    assert lines[1:] == [f"{name}={value}" for name, value in watching.environment.items()]
    notes = seen_by(peer)
    assert (notes[0].kind, notes[0].text, notes[0].value) == (SeenKind.BEGAN, str(rustc), call.process.pid)
    assert "/says-was-here" in texts(notes, SeenKind.LOOKED)
    peer.send(Exit(5, 0))
    assert call.end()[0] == 5


def test_notes_and_what_was_seen(watching: Stage) -> None:
    """Both memory files, in their order."""
    source = watching.directory / "note.c"
    source.write_text(
        "#include <fcntl.h>\n#include <string.h>\n#include <unistd.h>\n"
        "int main(int n, char **a) { int f = open(strchr(a[n - 1], '/'), O_WRONLY);\n"
        '  return write(f, "x: y", 4) != 4 || access("/looked", 0) == 0; }\n'
    )  # fmt: skip
    rustc = watching.directory / "rustc"
    subprocess.run(["gcc", "-w", source, "-o", rustc], check=True)
    call, peer = watching.compile(rustc)
    words = ["-C", f"note=/proc/self/fd/{limits.NOTES_DESCRIPTOR}"]
    exited, _ = run(peer, Run(int(RunFlag.NOTES | RunFlag.SEEN), words))
    assert (exited.code, exited.notes, exited.seen) == (0, 1, 1)
    notes, seen = peer.take_fds()
    with os.fdopen(notes, "rb") as file:
        assert file.read() == b"x: y"
    with os.fdopen(seen, "rb") as file:
        noted = notes_in(file.read(limits.SEEN_BYTES_MAX))
    assert "/looked" in texts(noted, SeenKind.LOOKED)
    assert f"/proc/self/fd/{limits.NOTES_DESCRIPTOR}" in texts(noted, SeenKind.WROTE)
    peer.send(Exit(0, 0))
    assert call.end()[0] == 0


def test_what_the_user_preloads_stays(watching: Stage) -> None:
    """Behind the library, and where it was."""
    other = program("other", "-shared", "-fPIC")
    watching.environment["LD_PRELOAD"] = str(other)
    watching.environment["ZULU"] = "last"
    call, peer = watching.compile(rustc_of(watching, program("says")))
    exited, said = run(peer, SEEN)
    assert exited.seen == 1
    lines = [line for line in said.decode().splitlines() if line != "other was loaded"]
    assert lines[1:] == [f"{name}={value}" for name, value in watching.environment.items()]
    assert str(other) in texts(seen_by(peer), SeenKind.LIBRARY)
    peer.send(Exit(0, 0))
    call.end()


def test_a_quiet_run_can_be_observed(watching: Stage) -> None:
    """Each flag means what it means."""
    call, peer = watching.compile(watching.script("exit 1"))
    exited, said = run(peer, Run(int(RunFlag.QUIET | RunFlag.SEEN), [str(program("says")), "x"]))
    assert (exited.code, exited.seen) == (5, 1)
    assert "/says-was-here" in texts(seen_by(peer), SeenKind.LOOKED)
    peer.send(Exit(0, 0))
    assert call.end() == (0, b"", b"")
    assert said


@pytest.mark.parametrize("what", ["a script", "static", "another machine", "set-uid", "cut off"])
def test_what_cannot_be_observed(watching: Stage, what: str) -> None:
    """It runs as ever, nothing of ours in its environment."""
    rustc = watching.directory / "rustc"
    if what == "a script":
        watching.script("env; exit 5")
    elif what == "cut off":
        rustc.write_bytes(program("says").read_bytes()[:40])
    else:
        shutil.copy(program("says", *(["-static"] if what == "static" else [])), rustc)
    if what == "another machine":
        with rustc.open("r+b") as file:
            file.seek(18)
            file.write(b"\xf7\x00")
    rustc.chmod(0o4755 if what == "set-uid" else 0o755)
    call, peer = watching.compile(rustc)
    exited, said = run(peer, SEEN)
    assert (exited.seen, peer.take_fds()) == (0, [])
    assert b"LD_PRELOAD" not in said
    assert SEEN_VARIABLE.encode() not in said
    assert (exited.code, exited.errno != 0) in ((5, False), (0, True))
    peer.send(Exit(0, 0))
    call.end()


@pytest.mark.parametrize("where", ["missing", "with a blank", "with:colon", "damaged"])
def test_where_the_library_cannot_be_used(stage: Stage, where: str) -> None:
    """Nothing is said of it on the program's streams."""
    directory = stage.directory / where
    directory.mkdir()
    library = directory / SEEN_LIBRARY
    if where != "missing":
        shutil.copy(library_of("host"), library)
    if where == "damaged":
        library.write_bytes(b"not a library, but as long as one has to be" * 100)
    alone = directory / "sccache"
    shutil.copy(stage.client.path, alone)
    stage.environment["RUSTC_WRAPPER"] = str(alone)
    stage.client = type(stage.client)("alone", alone)
    call, peer = stage.compile(rustc_of(stage, program("says")))
    exited, said = run(peer, SEEN)
    assert (exited.code, exited.seen, peer.take_fds()) == (5, 0, [])
    assert b"LD_PRELOAD" not in said
    peer.send(Exit(5, 0))
    assert call.end() == (5, said, b"")


def test_no_file_may_be_that_large(watching: Stage) -> None:
    """`ulimit -f`: making one would be the end of the client, by a signal."""

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limits.SEEN_BYTES_MAX - 1, resource.RLIM_INFINITY))

    call, peer = watching.compile(rustc_of(watching, program("says")), preexec_fn=small_files)
    exited, _ = run(peer, SEEN)
    assert (exited.code, exited.seen) == (5, 0)
    peer.send(Exit(5, 0))
    assert call.end()[0] == 5


def test_a_program_that_is_not_there(watching: Stage) -> None:
    """No memory file comes with an errno."""
    rustc = rustc_of(watching, program("says"))
    call, peer = watching.compile(rustc)
    rustc.write_bytes(program("says").read_bytes()[:2000])
    exited, _ = run(peer, SEEN)
    assert exited.errno != 0 or exited.code != 5
    assert (exited.seen == 1) == (len(peer.take_fds()) == 1)
    peer.send(Exit(0, 0))
    call.end()
