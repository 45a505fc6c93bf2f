"""What the forwarder runs: as it would run without it, with the signals that it would get, to the same end."""

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.fake_daemon import WAIT_S
from support.forwarding import Forwarding
from support.native import Call, forwarder_of
from support.require import require
from support.running import until

SHOWS = """
import os, signal, sys
blocked = sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ()))
ignored = [number for number in signal.valid_signals() if signal.getsignal(number) is signal.SIG_IGN]
print(sorted(os.listdir("/proc/self/fd"))[:-1], blocked, ignored, sys.argv[1:], os.getpgrp(), os.environ.get("WORD"))
"""


@pytest.fixture(params=["host", "asan"])
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Forwarding]:
    made = Forwarding(forwarder_of(request.param), tmp_path)
    with socket.socket(socket.AF_UNIX) as daemon:
        daemon.bind(str(made.path))
        daemon.listen()
        yield made
    made.close()


def ready(here: Forwarding, script: str, **options: object) -> Call:
    """A forwarder whose command has said that it is there."""
    call = here.start("sh", "-c", script, **options)  # type: ignore[arg-type]
    assert call.process.stdout is not None
    assert call.process.stdout.read(6) == b"ready\n"
    return call


@pytest.mark.parametrize(
    ("script", "code"),
    [("exit 0", 0), ("exit 7", 7), ("exit 255", 255), *((f"kill -{n} $$", -n) for n in (1, 2, 9, 11, 15))],
)
def test_it_ends_as_the_command_does(here: Forwarding, script: str, code: int) -> None:
    assert here.start("sh", "-c", script).end() == (code, b"", b"")


def test_what_cannot_be_run(here: Forwarding) -> None:
    (here.directory / "text").write_text("no program\n")
    for command, code in (("nowhere", 127), ("./nowhere", 127), ("./text", 126)):
        ended, _, said = here.start(command).end()
        assert ended == code
        assert said.startswith(f"dunnage: cannot run {command}: ".encode())


def test_it_runs_as_it_would_without(here: Forwarding) -> None:
    """Descriptors, signal mask, what is ignored, process group, environment, arguments."""
    command = [sys.executable, "-c", SHOWS, "--port", "x", "--", ""]
    options = {"env": {**os.environ, "WORD": "of mine"}, "ignore": (signal.SIGHUP,)}
    plain = subprocess.run(
        ["env", "--ignore-signal=HUP", *command], env=options["env"], capture_output=True,
        stdin=subprocess.DEVNULL, check=True,
    ).stdout  # fmt: skip
    assert here.start(*command, **options).end() == (0, plain, b"")  # type: ignore[arg-type]


def test_streams_are_the_commands_own(here: Forwarding) -> None:
    call = here.start("sh", "-c", "cat; echo err >&2", stdin=subprocess.PIPE)
    assert call.end(b"in") == (0, b"in", b"err\n")


@pytest.mark.parametrize("name", ["INT", "TERM", "HUP", "QUIT", "USR1", "USR2"])
def test_signals_are_handed_on(here: Forwarding, name: str) -> None:
    """What it makes of them counts."""
    call = ready(
        here, f"trap 'exit 42' {name}; echo ready; while :; do read line; done", stdin=subprocess.PIPE
    )
    call.process.send_signal(getattr(signal, f"SIG{name}"))
    assert call.end()[0] == 42


def test_a_signal_that_nobody_minds_ends_both(here: Forwarding) -> None:
    call = ready(here, "echo ready; exec sleep 1000")
    call.process.terminate()
    assert call.end()[0] == -signal.SIGTERM


def test_what_is_ignored_stays_ignored(here: Forwarding) -> None:
    call = ready(here, "echo ready; read line; exit 3", stdin=subprocess.PIPE, ignore=(signal.SIGHUP,))
    call.process.send_signal(signal.SIGHUP)
    assert call.end(b"\n")[0] == 3


def test_where_children_are_ignored(here: Forwarding) -> None:
    """SIGCHLD may have been left ignored by whoever starts us; its end is seen all the same."""
    words = here.program.argv("--port", str(here.port), "--socket", here.path, "sh", "-c", "exit 9")
    assert subprocess.run(["env", "--ignore-signal=CHLD", *words], check=False).returncode == 9


def test_the_command_is_ended_with_its_forwarder(here: Forwarding) -> None:
    call = ready(here, "echo ready; echo $$ >pid; exec sleep 1000")
    assert until(lambda: (here.directory / "pid").exists() and (here.directory / "pid").read_text().strip())
    command = os.pidfd_open(int((here.directory / "pid").read_text()))
    call.process.kill()
    assert select.select([command], [], [], WAIT_S)[0]
    os.close(command)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_without_a_command_a_signal_ends_it(here: Forwarding, number: signal.Signals) -> None:
    call = here.serving()
    call.process.send_signal(number)
    assert call.end() == (-number, b"", b"")


def test_the_first_process_of_a_container(here: Forwarding) -> None:
    """It buries what others leave behind, and SIGTERM ends it although no first process dies of signals."""
    require("root")
    program = here.program.argv("--port", str(here.port), "--socket", here.path)
    within = ["unshare", "--pid", "--fork", "--mount-proc"]
    script = "(sh -c 'exit 3' &); while ps -e -o stat= | grep -q Z; do :; done; exit 4"
    ended = subprocess.run([*within, *program, "sh", "-c", script], timeout=WAIT_S, check=False)
    assert ended.returncode == 4
    with subprocess.Popen([*within, "--kill-child", *program]) as process:
        assert until(here._listens)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        os.kill(int(children[0]), signal.SIGTERM)
        assert process.wait(WAIT_S) == 128 + signal.SIGTERM


def test_a_port_that_is_taken(here: Forwarding) -> None:
    """A sentence; what was to run runs."""
    with socket.create_server(("127.0.0.1", here.port)):
        code, out, said = here.start("sh", "-c", "echo ran; exit 5").end()
        assert (code, out) == (5, b"ran\n")
        assert said.startswith(f"dunnage-forward: cannot listen on 127.0.0.1:{here.port}: Address ".encode())
        assert said.endswith(b" in use. --port names another one.\n")
        code, _, said = here.start().end()
        assert code == 1
        assert b"in use" in said


def test_without_loopback(here: Forwarding) -> None:
    require("root")
    words = here.program.argv("--port", str(here.port), "--socket", here.path, "echo", "ran")
    done = subprocess.run(["unshare", "--net", *words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "ran\n")
    assert done.stderr == (
        f"dunnage-forward: cannot listen on 127.0.0.1:{here.port}: the interface lo is down. "
        "`ip link set lo up` switches it on.\n"
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--port", "0"], "no such port: 0. Ports are numbers from 1 to 65535."),
        (["--port=65536"], "no such port: 65536. Ports are numbers from 1 to 65535."),
        (["--port=8x"], "no such port: 8x. Ports are numbers from 1 to 65535."),
        (["--port="], "no such port: . Ports are numbers from 1 to 65535."),
        (["--port"], "--port needs a value."),
        (["--portal", "1"], "no such option: --portal."),
        (["-p", "1"], "no such option: -p."),
    ],
)
def test_bad_words(here: Forwarding, words: list[str], sentence: str) -> None:
    command = [] if words == ["--port"] else ["echo"]
    done = subprocess.run(here.program.argv(*words, *command), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[0] == f"dunnage-forward: {sentence}"


def test_help(here: Forwarding) -> None:
    done = subprocess.run(here.program.argv("--help"), capture_output=True, text=True, check=True)
    assert done.stdout.startswith("usage: dunnage-forward [--port N]")
    assert done.stderr == ""


def test_a_long_path_and_one_that_is_not_there(here: Forwarding) -> None:
    deep = here.directory / ("d" * 100) / "http"
    deep.parent.mkdir()
    start = here.program.argv("--port", str(here.port), "--socket")
    done = subprocess.run([*start, deep, "echo", "ran"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "ran\n")
    assert done.stderr.startswith(f"dunnage-forward: nobody offers a cache at {deep}: ")
    gone = here.directory / ("g" * 100) / "http"
    done = subprocess.run([*start, gone, "echo", "ran"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "ran\n")
    assert done.stderr.startswith(f"dunnage-forward: no such socket: {gone}. ")
