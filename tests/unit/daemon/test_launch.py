"""Starting and stopping: one daemon whoever starts it, detached from everybody, and gone when it is told to go."""

import fcntl
import os
import select
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from dunnage.config.places import Places
from dunnage.config.settings import load
from dunnage.daemon import launch
from dunnage.daemon.launch import ensure, is_locked, stop
from dunnage.errors import DaemonError
from support.daemons import processes_of
from support.running import PATIENCE_S, Running


def field(pid: int, number: int) -> int:
    """A field of /proc/PID/stat, counted as in proc(5)."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[number - 3])


def test_one_that_runs_is_found_again(running: Running) -> None:
    again = ensure(load("/", os.environ), running.places)
    assert again["pid"] == running.pid
    assert again["running"] is True
    assert is_locked(running.places)


def test_starts_at_the_same_moment_give_one_daemon(dunnage_dir: Path) -> None:
    places, settings = Places.find(os.environ), load("/", os.environ)
    barrier = threading.Barrier(4)
    pids: list[int] = []

    def start() -> None:
        barrier.wait()
        pids.append(ensure(settings, places)["pid"])

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pids) == 4
    assert len(set(pids)) == 1
    for pid in processes_of(dunnage_dir):  # those that came too late are about to end
        if pid != pids[0]:
            with suppress(ProcessLookupError):
                handle = os.pidfd_open(pid)
                assert select.select([handle], [], [], PATIENCE_S)[0]
                os.close(handle)
    assert processes_of(dunnage_dir) == [pids[0]]


def test_it_is_nobodys_child_and_has_nothing_of_its_starter(dunnage_dir: Path) -> None:
    """Started from a process with a descriptor that could be inherited, in a directory of its own."""
    read_end, write_end = os.pipe()
    program = (
        "import os; from dunnage.config.places import Places; from dunnage.config.settings import load;"
        "from dunnage.daemon.launch import ensure;"
        "print(ensure(load('/', os.environ), Places.find(os.environ))['pid'])"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "RUSTFLAGS": "-g", "PWD": "/"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment, pass_fds=(write_end,), stdout=subprocess.PIPE, check=True,
        cwd=dunnage_dir.parent, text=True,
    )  # fmt: skip
    os.close(write_end)
    pid = int(done.stdout)
    assert field(pid, 4) not in (os.getpid(), 0)
    assert field(pid, 5) == field(
        pid, 6
    )  # a process group and session that no terminal's job control reaches …
    assert field(pid, 6) not in (
        pid,
        os.getsid(0),
    )  # … and which it does not lead, so that it never gets a terminal
    assert field(pid, 7) == 0
    assert Path(f"/proc/{pid}/cwd").readlink() == Path("/")
    for number in range(3):
        assert Path(f"/proc/{pid}/fd/{number}").readlink() == Path("/dev/null")
    names = [str(Path(f"/proc/{pid}/fd/{number}").readlink()) for number in os.listdir(f"/proc/{pid}/fd")]
    assert not [name for name in names if name.startswith(("pipe:", "/dev/pts"))]
    assert os.read(read_end, 1) == b""  # nobody holds the other end any more
    os.close(read_end)
    told = Path(f"/proc/{pid}/environ").read_bytes()
    assert b"RUSTFLAGS" not in told


def test_stop_waits_for_the_end(running: Running) -> None:
    assert stop(running.places)
    assert not is_locked(running.places)
    assert running.wait()
    assert not running.places.host_socket.exists()
    assert not running.places.container_socket.exists()
    assert not stop(running.places)


def test_after_a_kill_the_next_start_replaces_what_is_left(running: Running) -> None:
    running.signal(signal.SIGKILL)
    assert running.wait()
    assert running.places.host_socket.exists()  # stale
    assert not is_locked(running.places)
    again = Running()
    assert again.pid != running.pid
    again.close()


def test_a_daemon_that_cannot_start_says_why(dunnage_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places, settings = Places.find(os.environ), load("/", os.environ)
    monkeypatch.setenv("DUNNAGE_IDLE_TIMEOUT", "soon")
    with pytest.raises(DaemonError, match="DUNNAGE_IDLE_TIMEOUT"):
        ensure(settings, places)
    monkeypatch.delenv("DUNNAGE_IDLE_TIMEOUT")
    dunnage_dir.write_text("a file where the directory should be")
    with pytest.raises(DaemonError, match="could not be started"):
        ensure(settings, places)


def test_an_interpreter_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(DaemonError, match="could not be run"):
        ensure(load("/", os.environ), Places.find(os.environ))


def test_a_lock_without_a_daemon_behind_it_is_waited_for(
    dunnage_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that holds the lock and answers nobody: it may be ending. In the end there is an error, not a hang."""
    monkeypatch.setattr(launch.limits, "START_TIMEOUT_S", 0.3)
    places = Places.find(os.environ)
    places.run.mkdir(parents=True)
    with places.lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(DaemonError, match="did not answer"):
            ensure(load("/", os.environ), places)
    assert ensure(load("/", os.environ), places)["running"]


FOR_REMOTES = (
    *("AWS_PROFILE", "GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_AUTH_ACCESS_TOKEN", "AZURE_STORAGE_KEY"),
    *("REDISCLI_AUTH", "ACTIONS_RUNTIME_TOKEN", "SSL_CERT_FILE", "https_proxy", "http_proxy", "no_proxy"),
    *("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"),
)


def test_what_remotes_are_reached_with_is_passed_on_where_there_are_any(
    dunnage_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variables that `docs/reference/remotes.md` names."""
    for name in FOR_REMOTES:
        monkeypatch.setenv(name, "")  # nothing that would keep a daemon from anything
    for remotes, expected in (("", set()), (f"file://{dunnage_dir.parent}", set(FOR_REMOTES))):
        monkeypatch.setenv("DUNNAGE_REMOTES", remotes)
        running = Running()
        environ = Path(f"/proc/{running.pid}/environ").read_bytes().split(b"\0")
        names = {word.partition(b"=")[0].decode() for word in environ}
        assert names.intersection(FOR_REMOTES) == expected
        assert stop(running.places)
        running.close()
