"""A stage for the forwarder: a socket with somebody behind it, and the forwarder in front."""

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from support.fake_daemon import WAIT_S
from support.native import Call, Client
from support.ports import free_port
from support.running import until

Serve = Callable[[socket.socket], None]


class Far:
    """What stands behind the socket: each connection gets a thread, which does what the test says."""

    def __init__(self, path: Path, serve: Serve) -> None:
        self._serve = serve
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(256)
        self._path = path
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(WAIT_S)
            threading.Thread(target=self._attend, args=(connection,), daemon=True).start()

    def _attend(self, connection: socket.socket) -> None:
        with connection:
            try:
                self._serve(connection)
            except OSError:
                pass  # the other side has gone, as many tests want it

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._path.unlink()


def everything(connection: socket.socket) -> bytes:
    """All that comes, until the other side says that this is all."""
    return b"".join(iter(lambda: connection.recv(1 << 20), b""))


def echo(connection: socket.socket) -> None:
    """Says what it hears."""
    while data := connection.recv(1 << 16):
        connection.sendall(data)


@dataclass
class Forwarding:
    """Where forwarders are started."""

    program: Client
    directory: Path
    port: int = field(default_factory=free_port)
    calls: list[Call] = field(default_factory=list)

    @property
    def path(self) -> Path:
        """The daemon's socket."""
        return self.directory / "http"

    @contextmanager
    def far(self, serve: Serve) -> Iterator[Far]:
        """Somebody at the socket, for as long as the block lasts."""
        made = Far(self.path, serve)
        try:
            yield made
        finally:
            made.close()

    def start(self, *command: str, ignore: Sequence[signal.Signals] = (), **options: object) -> Call:
        """A forwarder with a command, or one that serves."""

        def prepare() -> None:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
                signal.signal(number, signal.SIG_IGN if number in ignore else signal.SIG_DFL)

        chosen: dict[str, object] = {
            "stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "bufsize": 0,
            "preexec_fn": prepare, "cwd": self.directory,
        }  # fmt: skip
        words = self.program.argv("--port", str(self.port), "--socket", self.path, "--", *command)
        call = Call(subprocess.Popen(words, **{**chosen, **options}))  # type: ignore[call-overload]
        self.calls.append(call)
        return call

    def serving(self) -> Call:
        """One that serves, and does so now."""
        call = self.start()
        assert until(self._listens)
        return call

    def _listens(self) -> bool:
        try:
            self.connect().close()
        except ConnectionRefusedError:
            return False
        return True

    def connect(self) -> socket.socket:
        """A caller."""
        return socket.create_connection(("127.0.0.1", self.port), WAIT_S)

    def close(self) -> None:
        """End what is left."""
        for call in self.calls:
            if call.process.poll() is None:
                call.process.kill()
            call.process.communicate()


def state_of(pid: int) -> str:
    """The kernel's letter for what a process does: `S` when it sleeps."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def descriptors_of(pid: int) -> int:
    """How many it has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))
