"""A workshop: a daemon, the real client, a crate, and the words to make trouble between them."""

import os
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dunnage.config.clients import client_dir, host_arch
from dunnage.config.places import Places
from dunnage.config.settings import defaults
from dunnage.daemon import launch
from dunnage.daemon.control import request
from support.crates import Crate

WAIT_S = 120
"""Only ever a hang."""


@dataclass(slots=True)
class Compile:
    """A client at work."""

    process: subprocess.Popen[bytes]

    def end(self) -> tuple[int, bytes, bytes]:
        """Exit code (negative: the signal), stdout, stderr."""
        stdout, stderr = self.process.communicate(timeout=WAIT_S)
        return self.process.returncode, stdout, stderr


@dataclass(slots=True)
class Workshop:
    """One DUNNAGE_DIR with its daemon."""

    places: Places

    @classmethod
    def here(cls) -> "Workshop":
        """The one that the test's environment names."""
        return cls(Places.find(os.environ))

    def start(self) -> int:
        """The daemon's pid; it is started if need be."""
        return int(launch.ensure(defaults(), self.places)["pid"])

    def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        pid = int(request(self.places, "status")["pid"])
        handle = os.pidfd_open(pid)
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        select.select([handle], [], [], WAIT_S)
        os.close(handle)

    def stop(self) -> None:
        """End the daemon as a user does."""
        launch.stop(self.places)

    def begin(self, crate: Crate, *more: str, **env: str) -> Compile:
        """Start a compile through the client."""
        invocation = crate.invocation(*more)
        variables = dict(invocation.env) | {"DUNNAGE_SOCKET": str(self.places.host_socket)} | env
        client = str(client_dir(host_arch()) / "dunnage")
        process = subprocess.Popen(
            [client, *invocation.argv], cwd=invocation.cwd, env=variables,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        return Compile(process)

    def compile(self, crate: Crate, *more: str, **env: str) -> tuple[int, bytes, bytes]:
        """Compile to the end."""
        return self.begin(crate, *more, **env).end()

    def settle(self) -> None:
        """Until nothing is being stored any more: a client ends before its results are in the store."""
        while (status := request(self.places, "status"))["sessions"] or status["storing"]:
            pass

    def stats(self) -> dict[str, Any]:
        """What was counted, once nothing is being stored any more."""
        self.settle()
        return request(self.places, "stats")

    def reasons(self) -> dict[str, dict[str, int]]:
        """Outcome → reason → how often, without empty outcomes."""
        return {outcome: reasons for outcome, reasons in self.stats()["reasons"].items() if reasons}


def plainly(crate: Crate, *more: str) -> dict[str, bytes]:
    """The outputs of the compiler alone."""
    invocation = crate.invocation(*more)
    crate.wipe()
    subprocess.run(
        [invocation.program, *invocation.argv[1:]],
        cwd=invocation.cwd, env=dict(invocation.env), check=True, capture_output=True,
    )  # fmt: skip
    outputs = crate.outputs()
    crate.wipe()
    return outputs


@contextmanager
def gate(crate: Crate) -> Iterator["Gate"]:
    """Make the crate include a pipe: rustc stops there until the test lets it go on."""
    path = crate.directory / "src/gate.txt"
    os.mkfifo(path)
    crate.write("src/lib.rs", 'pub const GATE: &str = include_str!("gate.txt");\n')
    yield Gate(path)


@dataclass(slots=True)
class Gate:
    """The pipe."""

    path: Path
    _descriptor: int = -1

    def wait(self) -> None:
        """Until rustc stands before it."""
        self._descriptor = os.open(self.path, os.O_WRONLY)

    def open(self) -> None:
        """Let rustc read what it was waiting for."""
        os.write(self._descriptor, b"through the gate")
        os.close(self._descriptor)

    def shut(self) -> None:
        """Go away from it: whoever waited was sent home."""
        os.close(self._descriptor)
