"""BuildGrid, a server of the Remote Execution API that nobody here wrote, in an environment of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dunnage.remote.contract import Backend
from dunnage.remote.registry import open_backend
from support.commands import cache_dir
from support.once import made_once
from support.remotes.certificates import SERVER, authority
from support.remotes.place import Opener
from support.remotes.waiting import free_port, until_it_answers

CLIENT = Path(__file__).with_name("buildgrid_client.py")
"""A program for `programs() / "python"`."""

VERSION = "0.4.4"
INSTANCE = "team/one"
"""It has an instance without a name, and this one."""

_SETTINGS = """
server:
  - !channel {{address: "127.0.0.1:{port}", {security}}}
authorization: {{method: none}}
monitoring: {{enabled: false}}
storages:
  - !disk-storage &cas {{path: {cas}}}
caches:
  - !lru-action-cache &ac {{storage: *cas, max-cached-refs: 100000, cache-failed-actions: false, allow-updates: true}}
instances:
  - name: ''
    services: &services
      - !action-cache {{cache: *ac}}
      - !cas {{storage: *cas}}
      - !bytestream {{storage: *cas}}
  - name: team/one
    services: *services
thread-pool-size: 100
"""


@made_once
def programs() -> Path:
    """Where its programs are, installed once. CalledProcessError when that fails."""
    environment = cache_dir() / f"buildgrid-{VERSION}"
    complete = environment / "complete"
    if not complete.exists():
        for words in (
            [sys.executable, "-m", "venv", "--clear", environment],
            [
                environment / "bin/pip",
                "install",
                "-q",
                "--disable-pip-version-check",
                f"buildgrid=={VERSION}",
            ],
        ):
            subprocess.run([str(word) for word in words], check=True, stdin=subprocess.DEVNULL)
        complete.touch()
    return environment / "bin"


class BuildGrid:
    """One server with its storage in a directory. Its action cache is in memory, and ends with it."""

    def __init__(self, directory: Path, *, tls: bool = False) -> None:
        """`tls`: with a certificate of an authority of the test's own."""
        self._directory = directory
        self.port = free_port()
        self.trusted: Path | None = None
        self._running: subprocess.Popen[bytes] | None = None
        security = "insecure-mode: true"
        if tls:
            self.trusted, _ = authority(directory)
            shown = directory / SERVER
            security = (
                f"insecure-mode: false, credentials: {{tls-server-key: {shown}, tls-server-cert: {shown}}}"
            )
        settings = _SETTINGS.format(port=self.port, cas=directory / "cas", security=security)
        (directory / "buildgrid.yml").write_text(settings)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        log = (self._directory / "buildgrid.log").open("ab")
        with log:
            running = subprocess.Popen(
                [str(programs() / "bgd"), "server", "start", str(self._directory / "buildgrid.yml")],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self._running = running
        backend = self.open()
        try:
            until_it_answers(backend.check, lambda: running.poll() is None)
        finally:
            backend.close()

    def open(self, instance: str = "") -> Backend:
        """The backend of one of its instances."""
        return open_backend(self.url(instance), {})

    def url(self, instance: str = "") -> str:
        """The URL of one of its instances."""
        if self.trusted is None:
            return f"grpc://127.0.0.1:{self.port}/{instance}"
        return f"grpcs://127.0.0.1:{self.port}/{instance}?ca_file={self.trusted}"

    def kill(self) -> None:
        """End it without a word."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None


@contextmanager
def serving(directory: Path, *, tls: bool = False) -> Iterator[BuildGrid]:
    """A server for as long as the block lasts."""
    server = BuildGrid(directory, tls=tls)
    try:
        server.start()
        yield server
    finally:
        server.kill()


@contextmanager
def buildgrid(directory: Path) -> Iterator[Opener]:
    """As a place: plain, SHA-256, streams where a blob is larger than 4 MB."""
    with serving(directory) as server:
        yield lambda: server.open(INSTANCE)
