"""Ends the daemons that a test started: every process whose environment or command line names the test's directory.

Found in /proc, not through the socket or a pid file: tests delete both, and a daemon that nobody can reach
any more must end, too.
"""

import os
import select
import signal
from pathlib import Path


def processes_of(directory: Path) -> list[int]:
    """The processes that were started with `directory` in sight, this one and its ancestors excepted."""
    needle = os.fsencode(directory)
    own = _ancestors()
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return [pid for pid in pids if pid not in own and _names(pid, needle)]


def _names(pid: int, needle: bytes) -> bool:
    for part in ("environ", "cmdline"):
        try:
            words = Path(f"/proc/{pid}/{part}").read_bytes().split(b"\0")
        except OSError:  # gone, or another user's
            return False
        if any(
            word == needle or word.startswith(needle + b"/") or word.endswith(b"=" + needle) for word in words
        ):
            return True
    return False


def _ancestors() -> set[int]:
    pids = {os.getpid()}
    pid = os.getppid()
    while pid > 1:
        pids.add(pid)
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            break
    return pids


def stop_daemons(directory: Path, patience_s: float = 20.0) -> None:
    """End them politely, wait, and kill what is left."""
    for pid in processes_of(directory):
        try:
            end(pid, patience_s)
        except ProcessLookupError:
            continue


def end(pid: int, patience_s: float) -> None:
    """SIGTERM, wait for the end, SIGKILL after `patience_s`. ProcessLookupError: it was gone already."""
    handle = os.pidfd_open(pid)
    try:
        signal.pidfd_send_signal(handle, signal.SIGTERM)
        ended, _, _ = select.select([handle], [], [], patience_s)
        if not ended:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            select.select([handle], [], [], patience_s)
    finally:
        os.close(handle)
