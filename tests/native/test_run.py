"""RUN: the compiler as the client's child, seen by cargo as if the client were not there."""

import errno
import os
import resource
import subprocess
import time
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.wire.messages import Exit, Exited, FileSource, Output, Run, RunFlag, Stream, Write, WriteFile
from support.fake_daemon import Peer
from support.native import Drain, Stage


def run(peer: Peer, request: Run | None = None) -> tuple[Exited, bytes, bytes]:
    """Have the compiler run; how it ended and what it said, as the daemon hears it."""
    peer.send(request or Run(0))
    said = {Stream.STDOUT: b"", Stream.STDERR: b""}
    while isinstance(message := peer.next(), Output):
        said[Stream(message.stream)] += message.data
    assert isinstance(message, Exited), message
    return message, said[Stream.STDOUT], said[Stream.STDERR]


@pytest.mark.parametrize("code", [0, 1, 101, 255])
def test_streams_and_exit_code(stage: Stage, code: int) -> None:
    """Both sides get every byte, and the code."""
    call, peer = stage.compile(
        stage.script(f'printf "out\\0\\377"; printf "err\\n[$*]" >&2; exit {code}'), "a b"
    )
    exited, out, err = run(peer)
    assert (exited.errno, exited.code, exited.signal) == (0, code, 0)
    assert (out, err) == (b"out\0\xff", b"err\n[--crate-name x a b]")
    peer.send(Exit(code, 0))
    assert call.end() == (code, out, err)
    assert stage.runs() == 1


def test_stderr_is_live(stage: Stage) -> None:
    """A notice is passed on while the compiler still runs: cargo starts the dependents on it."""
    gate = stage.directory / "gate"
    os.mkfifo(gate)
    call, peer = stage.compile(stage.script('echo notice >&2; read line < "$here/gate"; echo "$line" >&2'))
    peer.send(Run(0))
    assert call.stderr.readline() == b"notice\n"
    assert peer.expect(Output) == Output(Stream.STDERR, b"notice\n")
    # The compiler only goes on now, after both have its notice.
    gate.write_text("rest\n")
    assert call.stderr.readline() == b"rest\n"
    assert peer.expect(Output) == Output(Stream.STDERR, b"rest\n")
    assert peer.expect(Exited).code == 0
    peer.send(Exit(0, 0))
    assert call.end() == (0, b"", b"")


def test_much_output(stage: Stage) -> None:
    """More than any pipe holds, on both streams at once."""
    body = "head -c 3000000 /dev/zero & head -c 3000000 /dev/zero | tr '\\0' x >&2; wait"
    call, peer = stage.compile(stage.script(body))
    assert call.process.stdout is not None
    drains = [Drain(call.process.stdout.fileno()), Drain(call.stderr.fileno())]
    exited, out, err = run(peer)
    assert (exited.code, out, err) == (0, bytes(3_000_000), b"x" * 3_000_000)
    peer.send(Exit(0, 0))
    assert call.process.wait() == 0
    assert [drain.end() for drain in drains] == [out, err]


def test_stdin_is_passed_through(stage: Stage) -> None:
    """The compiler reads what the client was given."""
    call, peer = stage.compile(stage.script("cat"), stdin=subprocess.PIPE)
    assert call.process.stdin is not None
    call.process.stdin.write(b"source\0text")
    call.process.stdin.close()
    call.process.stdin = None
    assert run(peer)[1] == b"source\0text"
    peer.send(Exit(0, 0))
    assert call.end()[1] == b"source\0text"


def test_a_question_is_quiet(stage: Stage) -> None:
    """Another command line, nothing seen by the user, nothing read from stdin; and it decides nothing."""
    other = stage.script('cat; echo "$*"; echo answer >&2; exit 3', "other")
    call, peer = stage.compile(stage.script("echo compiled; exit 9"), stdin=subprocess.PIPE)
    request = Run(RunFlag.QUIET, [str(other), "--print", "sysroot", "", "\udcff"])
    exited, out, err = run(peer, request)
    assert (exited.errno, exited.code, out, err) == (0, 3, b"--print sysroot  \xff\n", b"answer\n")
    peer.close()
    assert call.end(b"unread") == (9, b"compiled\n", b"")
    assert stage.runs() == 2


def test_other_words(stage: Stage) -> None:
    """A program named without a slash is found in PATH, in the client's own environment."""
    stage.script('echo "$ODD"', "bin/other")
    stage.environment |= {"PATH": f"{stage.directory / 'bin'}:{os.environ['PATH']}", "ODD": "odd"}
    call, peer = stage.compile(stage.script("exit 9"))
    assert run(peer, Run(RunFlag.QUIET, ["other"]))[1] == b"odd\n"
    peer.close()
    assert call.end()[0] == 9


@pytest.mark.parametrize(
    ("program", "error"),
    [("no-such-program", errno.ENOENT), ("./none", errno.ENOENT), ("./plain", errno.EACCES)],
)
def test_what_cannot_be_started(stage: Stage, program: str, error: int) -> None:
    """The errno, and the client is as good as before."""
    (stage.directory / "plain").touch()
    call, peer = stage.compile(stage.script("exit 9"))
    exited, out, err = run(peer, Run(RunFlag.QUIET, [program, "x"]))
    assert (exited.errno, out, err) == (error, b"", b"")
    assert run(peer)[0].code == 9
    peer.send(Exit(9, 0))
    assert call.end()[0] == 9


def test_times(stage: Stage) -> None:
    """When it began, and how long it worked, inside what this side saw of it."""
    call, peer = stage.compile(stage.script("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"))
    before = time.time_ns()
    exited = run(peer)[0]
    after = time.time_ns()
    assert before <= exited.started_ns <= after
    assert exited.cpu_us > 0
    assert 0 < exited.wall_us <= (after - before) // 1000
    peer.send(Exit(0, 0))
    assert call.end()[0] == 0


def test_inherited_descriptors(stage: Stage, tmp_path: Path) -> None:
    """cargo's jobserver reaches the compiler under its own numbers; nothing of the client's does."""
    read, write = os.pipe()
    body = "printf x > /proc/self/fd/$JOBS; exec ls /proc/self/fd"
    stage.environment["JOBS"] = str(write)
    rustc = stage.script(body)
    plain = subprocess.run(
        [rustc],
        env=stage.environment,
        pass_fds=(read, write),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    assert os.read(read, 10) == b"x"
    call, peer = stage.compile(rustc, pass_fds=(read, write))
    out = run(peer)[1]
    assert os.read(read, 10) == b"x"
    os.close(read)
    os.close(write)
    if not stage.client.emulated:
        # qemu keeps the program that it runs open, and the compiler inherits that from it.
        assert out == plain.stdout
    peer.send(Exit(0, 0))
    assert call.end()[0] == 0


def test_received_descriptors_stay_ours(stage: Stage) -> None:
    """What came early for a later WRITE is not seen by the compiler."""
    rustc = stage.script("exec ls /proc/self/fd")
    call, peer = stage.compile(rustc)
    exited, out, _ = run(peer)
    peer.send(Exit(0, 0))
    assert call.end()[0] == exited.code == 0
    call, peer = stage.compile(rustc)
    fd = os.open(rustc, os.O_RDONLY)
    peer.send(Run(0), Write([WriteFile("out", False, FileSource.DESCRIPTOR)]), Exit(0, 0), fds=[fd])
    os.close(fd)
    assert peer.expect(Output).data == out
    assert call.end() == (0, out, b"")
    assert (stage.directory / "out").read_bytes() == rustc.read_bytes()


def test_signals_are_as_they_were(stage: Stage) -> None:
    """The compiler's mask and ignored signals are those that the client got."""
    rustc = stage.script("exec grep -E '^Sig(Ign|Blk)' /proc/self/status")
    plain = subprocess.run([rustc], capture_output=True, check=True, restore_signals=True)
    call, peer = stage.compile(rustc)
    out = run(peer)[1]
    if not stage.client.emulated:
        assert out == plain.stdout
    peer.send(Exit(0, 0))
    assert call.end()[0] == 0


def test_a_grandchild_is_not_waited_for(stage: Stage) -> None:
    """Something that the compiler left behind holds its pipes open: what was said comes through, then it is over."""
    gate = stage.directory / "gate"
    os.mkfifo(gate)
    call, peer = stage.compile(stage.script('{ read line < "$here/gate"; } & echo last words; exit 5'))
    exited, out, _ = run(peer)
    assert (exited.code, out) == (5, b"last words\n")
    peer.send(Exit(5, 0))
    assert call.end() == (5, b"last words\n", b"")
    gate.write_text("end\n")


def test_a_compiler_that_closes_its_streams(stage: Stage) -> None:
    """No stream is left to wait for, but the compiler is."""
    gate = stage.directory / "gate"
    os.mkfifo(gate)
    call, peer = stage.compile(stage.script('exec >&- 2>&-; read line < "$here/gate"; exit 6'))
    peer.send(Run(0))
    gate.write_text("go\n")
    assert peer.expect(Exited).code == 6
    peer.send(Exit(6, 0))
    assert call.end()[0] == 6


def test_nobody_reads_our_stderr(stage: Stage) -> None:
    """The compiler finds out for itself, as it would without us, and is not run again."""
    call, peer = stage.compile(stage.script("trap '' PIPE; while echo lost >&2; do :; done; exit 7"))
    call.stderr.close()
    call.process.stderr = None
    assert run(peer)[0].code == 7
    peer.send(Exit(7, 0))
    assert call.end()[0] == 7
    assert stage.runs() == 1


def test_a_stream_that_does_not_block(stage: Stage) -> None:
    """node leaves its pipes non-blocking: a full one is waited for, nothing is lost."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    call, peer = stage.compile(stage.script("head -c 1000000 /dev/zero"), stdout=write)
    os.close(write)
    drain = Drain(read)
    assert run(peer)[1] == bytes(1_000_000)
    peer.send(Exit(0, 0))
    assert call.end()[0] == 0
    assert drain.end() == bytes(1_000_000)
    os.close(read)


def test_printing_waits_for_a_slow_reader(stage: Stage) -> None:
    """EXIT's streams are larger than a pipe, and ours does not block."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    call, peer = stage.compile(stage.script("exit 9"), stdout=write)
    os.close(write)
    peer.send(Exit(4, 0, b"x" * 300_000))
    total = 0
    while data := os.read(read, 65536):
        total += len(data)
    os.close(read)
    assert total == 300_000
    assert call.end()[0] == 4


def notes_of(peer: Peer) -> bytes:
    """What stands in the memory file that came along."""
    (fd,) = peer.take_fds()
    with os.fdopen(fd, "rb") as file:
        return file.read()


NOTING = Run(RunFlag.NOTES, ["-C", f"note=/proc/self/fd/{limits.NOTES_DESCRIPTOR}"])


def test_notes(stage: Stage) -> None:
    """The words stand behind the user's own; what was written into the file comes back; nobody else sees any of it."""
    body = 'for word; do last=$word; done; echo "$*" > "${last#*=}"; sh -c "echo more >> ${last#*=}"; exit 3'
    call, peer = stage.compile(stage.script(body), "a b")
    exited, out, err = run(peer, NOTING)
    assert (exited.code, exited.notes, out, err) == (3, 1, b"", b"")
    assert notes_of(peer) == f"--crate-name x a b {' '.join(NOTING.argv)}\nmore\n".encode()
    peer.send(Exit(3, 0))
    assert call.end() == (3, b"", b"")
    assert stage.runs() == 1


def test_notes_that_nobody_writes(stage: Stage) -> None:
    """The file comes all the same, also from a compiler that was killed."""
    call, peer = stage.compile(stage.script("kill -9 $$"))
    exited, _, _ = run(peer, NOTING)
    assert (exited.signal, exited.notes) == (9, 1)
    assert notes_of(peer) == b""
    peer.send(Exit(0, 0))
    assert call.end()[0] == -9


def test_a_run_without_notes_has_no_file(stage: Stage) -> None:
    call, peer = stage.compile(stage.script(f"test ! -e /proc/self/fd/{limits.NOTES_DESCRIPTOR}"))
    exited, _, _ = run(peer)
    assert (exited.code, exited.notes, peer.take_fds()) == (0, 0, [])
    peer.send(Exit(0, 0))
    assert call.end()[0] == 0


def test_the_number_is_in_use(stage: Stage) -> None:
    """Somebody's jobserver, perhaps: it stays what it is, and the compiler has no word more."""
    theirs = os.open(stage.directory, os.O_RDONLY)
    os.dup2(theirs, limits.NOTES_DESCRIPTOR)
    try:
        body = f'readlink /proc/self/fd/{limits.NOTES_DESCRIPTOR}; echo "$*"'
        call, peer = stage.compile(stage.script(body), pass_fds=[limits.NOTES_DESCRIPTOR])
    finally:
        os.close(theirs)
        os.close(limits.NOTES_DESCRIPTOR)
    exited, out, _ = run(peer, NOTING)
    assert (exited.code, exited.notes, peer.take_fds()) == (0, 0, [])
    assert out == f"{stage.directory}\n--crate-name x\n".encode()
    peer.send(Exit(0, 0))
    assert call.end()[0] == 0


def test_few_open_files_are_allowed(stage: Stage) -> None:
    """Then the number cannot be had."""

    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limits.NOTES_DESCRIPTOR, limits.NOTES_DESCRIPTOR))

    call, peer = stage.compile(stage.script('echo "$*"'), preexec_fn=few)
    exited, out, _ = run(peer, NOTING)
    assert (exited.code, exited.notes, out) == (0, 0, b"--crate-name x\n")
    peer.send(Exit(0, 0))
    assert call.end()[0] == 0
