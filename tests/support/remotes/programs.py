"""Servers as programs of their own: started on a free port, asked until they answer, killed at the end."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from dunnage.errors import RemoteUnavailable
from support.commands import cache_dir
from support.once import made_once
from support.remotes.waiting import until_it_answers


class Program:
    """A server that can be killed and started again, at the same port."""

    def __init__(self, argv: Sequence[str | Path], log: Path, ask: Callable[[], object]) -> None:
        """`ask` raises a RemoteError until it answers."""
        self._argv = [str(word) for word in argv]
        self._log = log
        self._ask = ask
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with self._log.open("ab") as log:
            running = subprocess.Popen(self._argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._running = running
        try:
            until_it_answers(self._ask, lambda: running.poll() is None)
        except BaseException:
            self.kill()
            raise

    def kill(self) -> None:
        """End it without a word. (nginx and gunicorn have children, which notice.)"""
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self._running is not None
        self._running.send_signal(number)

    @contextmanager
    def running(self) -> Iterator["Program"]:
        """For as long as the block lasts."""
        self.start()
        try:
            yield self
        finally:
            self.kill()


def listens(port: int) -> None:
    """Whether somebody takes connections at a port of loopback. RemoteUnavailable."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError as error:
        raise RemoteUnavailable(f"Nobody listens at {port}: {error}.") from error


@made_once
def environment(name: str, *packages: str) -> Path:
    """The programs of an environment with these packages, made once. CalledProcessError when that fails."""
    place = cache_dir() / "-".join((name, *packages)).replace("[", "-").replace("]", "")
    complete = place / "complete"
    if not complete.exists():
        pip = [place / "bin/pip", "install", "--quiet", "--disable-pip-version-check", *packages]
        for words in ([sys.executable, "-m", "venv", "--clear", place], pip):
            subprocess.run([str(word) for word in words], check=True, stdin=subprocess.DEVNULL)
        complete.touch()
    return place / "bin"
