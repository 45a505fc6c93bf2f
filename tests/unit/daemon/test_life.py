"""A daemon's life: its lock, its log, its signals, its end."""

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dunnage.daemon.launch import ELSEWHERE, READY, is_locked
from dunnage.daemon.life import live
from support.hand_client import HandClient
from support.running import Running, until


def report_of(directory: Path) -> bytes:
    """Begin a daemon in this process's child; what it says of its start."""
    read_end, write_end = os.pipe()
    done = subprocess.run(
        [sys.executable, "-m", "dunnage.daemon", str(write_end)],
        env={**os.environ, "DUNNAGE_DIR": str(directory), "PYTHONPATH": os.pathsep.join(sys.path)},
        pass_fds=(write_end,), check=True,
    )  # fmt: skip
    os.close(write_end)
    assert done.returncode == 0
    with os.fdopen(read_end, "rb") as report:
        return report.read()


def test_the_report_of_a_start(dunnage_dir: Path) -> None:
    assert report_of(dunnage_dir) == READY
    assert report_of(dunnage_dir) == ELSEWHERE


def test_a_failed_start_is_a_report_and_an_exit_code(
    dunnage_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this very process: it neither begins to log nor to serve."""
    monkeypatch.setenv("DUNNAGE_LOG_LEVEL", "loud")
    read_end, write_end = os.pipe()
    assert live(write_end) == 1
    with os.fdopen(read_end, "rb") as report:
        assert b"DUNNAGE_LOG_LEVEL" in report.read()
    assert not dunnage_dir.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_with_its_store_closed(running: Running, number: signal.Signals) -> None:
    running.ask("stats")  # the store is open now, and threads are there that may get the signal
    running.signal(number)
    assert running.wait()
    assert not is_locked(running.places)
    assert not running.places.host_socket.exists()
    log = running.places.log.read_text()
    assert log.rstrip().endswith("ended")
    # A store that was closed has no log of its own left to replay.
    assert not [path for path in running.places.store.rglob("*-wal") if path.stat().st_size]


def test_a_terminal_that_closes_does_not_end_it(running: Running) -> None:
    running.signal(signal.SIGHUP)
    assert running.ask("status")["pid"] == running.pid
    assert running.is_alive


def test_the_log_has_a_line_a_session(running: Running) -> None:
    client = HandClient.connected_to(str(running.places.host_socket))
    client.socket.sendall(b"x" * 64)
    assert client.next() is None
    client.close()
    assert until(lambda: running.reasons()["fallback"])
    lines = running.places.log.read_text().splitlines()
    assert len([line for line in lines if "fallback protocol" in line]) == 1
    assert "begins" in lines[0]


def test_it_may_hold_as_many_descriptors_as_it_is_allowed_to(running: Running) -> None:
    limits = Path(f"/proc/{running.pid}/limits").read_text()
    [line] = [line for line in limits.splitlines() if line.startswith("Max open files")]
    soft, hard = line.split()[3:5]
    assert soft == hard


def test_a_daemon_without_visitors_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUNNAGE_IDLE_TIMEOUT", "1s")
    daemon = Running()
    assert daemon.wait()
    assert "idle" in daemon.places.log.read_text()
    daemon.close()


def test_a_visitor_keeps_it_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    """One session that lasts longer than the idle time, however silent."""
    monkeypatch.setenv("DUNNAGE_IDLE_TIMEOUT", "1s")
    daemon = Running()
    client = HandClient.connected_to(str(daemon.places.host_socket))
    assert not select.select([client.socket], [], [], 1.5)[0]  # only an end would show here
    assert daemon.is_alive
    client.close()
    assert daemon.wait()
    daemon.close()
