"""Signals: the compiler gets what it would have got without us, once, and the client ends as the compiler does."""

import os
import pty
import resource
import select
import signal
import sys
from collections.abc import Iterator

import pytest

from dunnage.wire.messages import Exit, Exited, Output, Run, RunFlag
from support.fake_daemon import WAIT_S, Peer
from support.native import Call, Stage

HANDED_ON = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]

COUNTING = """
import os, signal
minded = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1}
signal.pthread_sigmask(signal.SIG_BLOCK, minded)
os.write(2, b"ready %d\\n" % os.getpid())
while (came := signal.sigwaitinfo(minded)).si_signo != signal.SIGUSR1:
    os.write(2, b"%d by %d\\n" % (came.si_signo, came.si_code))
os._exit(42)
"""
"""A compiler that lives through signals and says which it got from whom, until SIGUSR1 lets it go. Not of shell: there
a signal that comes just before a `read` is only noticed after it."""

SI_USER, SI_KERNEL = 0, 128


def counting(stage: Stage, **options: object) -> tuple[Call, Peer, int]:
    """Such a compiler, running, and its pid."""
    program = stage.directory / "counting.py"
    program.write_text(COUNTING)
    call, peer = stage.compile(stage.script(f"exec {sys.executable} {program}"), **options)
    peer.send(Run(0))
    word, pid = peer.expect(Output).data.split()
    assert word == b"ready"
    return call, peer, int(pid)


def ended(call: Call, peer: Peer, pid: int) -> tuple[int, bytes]:
    """Let it go: how the client ended, and the last that the compiler said of signals."""
    os.kill(pid, signal.SIGUSR1)
    said = b""
    while isinstance(message := peer.next(), Output):
        said += message.data
    assert isinstance(message, Exited)
    peer.send(Exit(message.code, message.signal))
    return call.end()[0], said


@pytest.fixture
def gate(stage: Stage) -> Iterator[int]:
    """Writing a line lets a counting compiler go on."""
    path = stage.directory / "gate"
    os.mkfifo(path)
    fd = os.open(path, os.O_RDWR)
    yield fd
    os.close(fd)


def running(stage: Stage, body: str, **options: object) -> tuple[Call, Peer]:
    """A compile that has said that it is ready."""
    call, peer = stage.compile(stage.script(body), **options)
    peer.send(Run(0))
    heard = peer.expect(Output).data
    assert heard == b"ready\n"
    return call, peer


def exited(peer: Peer) -> Exited:
    """The end of the run, whatever else is said."""
    while isinstance(message := peer.next(), Output):
        pass
    assert isinstance(message, Exited), message
    return message


@pytest.mark.parametrize("number", HANDED_ON, ids=lambda number: number.name)
def test_handed_on(stage: Stage, number: signal.Signals) -> None:
    """A signal for the client alone reaches the compiler, once; what the compiler makes of it counts."""
    call, peer, pid = counting(stage)
    for _ in range(3):
        call.process.send_signal(number)
        assert peer.expect(Output).data == b"%d by %d\n" % (number, SI_USER)
    assert ended(call, peer, pid) == (42, b"")


@pytest.mark.parametrize(
    "number", [*HANDED_ON, signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGUSR1]
)
def test_the_compiler_dies_of_a_signal(stage: Stage, number: signal.Signals) -> None:
    """So does the client, and a daemon that is gone by then does not change that."""
    call, peer = stage.compile(stage.script(f"kill -{int(number)} $$"))
    peer.send(Run(0))
    end = exited(peer)
    assert (end.code, end.signal) == (0, number)
    peer.close()
    assert call.end() == (-number, b"", b"")
    assert stage.runs() == 1


def test_the_client_is_ended_with_its_compiler(stage: Stage) -> None:
    """SIGTERM to the client, a compiler that does not mind signals: both are gone."""
    call, peer = running(stage, 'echo $$ > "$here/pid"; echo ready >&2; exec sleep 1000')
    call.process.send_signal(signal.SIGTERM)
    assert exited(peer).signal == signal.SIGTERM
    peer.send(Exit(0, 0))  # what the daemon says of it does not matter
    assert call.end()[0] == -signal.SIGTERM
    assert not os.path.exists(f"/proc/{(stage.directory / 'pid').read_text().strip()}")


def test_the_compiler_is_ended_with_its_client(stage: Stage) -> None:
    """kill -9 cannot be handed on, but no compiler works on for nobody."""
    call, _ = running(stage, 'echo $$ > "$here/pid"; echo ready >&2; exec sleep 1000')
    compiler = os.pidfd_open(int((stage.directory / "pid").read_text()))
    call.process.kill()
    assert select.select([compiler], [], [], WAIT_S)[0]
    os.close(compiler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_ignored_stays_ignored(stage: Stage, gate: int, number: signal.Signals) -> None:
    """nohup: neither the client nor the compiler minds."""
    body = 'echo ready >&2; read line < "$here/gate"; exit 42'
    call, peer = running(stage, body, ignore=[number])
    call.process.send_signal(number)
    os.write(gate, b"go\n")
    assert exited(peer).code == 42
    peer.send(Exit(42, 0))
    assert call.end()[0] == 42


def test_ctrl_c_at_a_terminal(stage: Stage) -> None:
    """The terminal sends it to the whole group: the compiler must not get it a second time from us."""
    master, terminal = pty.openpty()

    def own_the_terminal() -> None:
        os.setsid()
        os.close(os.open(os.ttyname(terminal), os.O_RDWR))  # the first terminal that is opened is ours

    call, peer, pid = counting(stage, stdin=terminal, preexec_fn=own_the_terminal)
    # Two that come at the same moment count as one, so a second one each time is only seen in many.
    for _ in range(20):
        os.write(master, b"\x03")
        assert peer.expect(Output).data == b"%d by %d\n" % (signal.SIGINT, SI_KERNEL)
    assert ended(call, peer, pid) == (42, b"")
    os.close(terminal)
    os.close(master)


@pytest.mark.parametrize("number", HANDED_ON, ids=lambda number: number.name)
def test_before_and_after_the_run(stage: Stage, number: signal.Signals) -> None:
    """While the daemon thinks, there is no compiler to hand anything to: the client just ends."""
    call, peer = stage.compile(stage.script("exit 9"))
    call.process.send_signal(number)
    assert call.end()[0] == -number
    call, peer = stage.compile(stage.script("exit 9"))
    peer.send(Run(RunFlag.QUIET))
    assert exited(peer).code == 9
    call.process.send_signal(number)
    assert call.end()[0] == -number
    assert stage.runs() == 1


def test_a_child_that_cannot_be_waited_for(stage: Stage) -> None:
    """SIGCHLD was ignored by whoever called us: the compiler's end is seen all the same."""
    call, peer = stage.compile(stage.script("exit 42"), ignore=[signal.SIGCHLD])
    peer.send(Run(0))
    end = exited(peer)
    assert (end.errno, end.code) == (0, 42)
    peer.send(Exit(42, 0))
    assert call.end()[0] == 42


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_exit_by_signal(stage: Stage, number: signal.Signals) -> None:
    """EXIT may name a signal."""
    call, peer = stage.compile(stage.script("exit 9"))
    peer.send(Exit(0, number, b"out", b"err"))
    assert call.end() == (-number, b"out", b"err")


def test_no_core_of_the_client(host_stage: Stage) -> None:
    """The compiler's core is the one that somebody may want."""

    def allow_cores() -> None:
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))

    rustc = host_stage.script("ulimit -c 0; kill -ABRT $$")
    call, peer = host_stage.compile(rustc, preexec_fn=allow_cores)
    peer.send(Run(0))
    assert exited(peer).signal == signal.SIGABRT
    peer.send(Exit(0, 0))
    _, status = os.waitpid(call.process.pid, 0)
    call.process.returncode = os.waitstatus_to_exitcode(status)
    assert call.process.returncode == -signal.SIGABRT
    assert not os.WCOREDUMP(status)
