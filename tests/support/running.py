"""A real daemon for a test: started as the command line starts it, watched through its pidfd."""

import os
import select
import signal
import time
from collections.abc import Callable, Mapping
from typing import Any

from dunnage.config.places import Places
from dunnage.config.settings import load
from dunnage.daemon.control import request
from dunnage.daemon.launch import ensure

PATIENCE_S = 30
"""Only ever a hang."""


class Running:
    """A daemon in the test's own DUNNAGE_DIR."""

    def __init__(self) -> None:
        self.places = Places.find(os.environ)
        self.status = ensure(load("/", os.environ), self.places)
        self.pid: int = self.status["pid"]
        self._handle = os.pidfd_open(self.pid)

    def wait(self) -> bool:
        """Wait for its end; False when it does not come."""
        ended, _, _ = select.select([self._handle], [], [], PATIENCE_S)
        return bool(ended)

    @property
    def is_alive(self) -> bool:
        return not select.select([self._handle], [], [], 0)[0]

    def signal(self, number: signal.Signals) -> None:
        signal.pidfd_send_signal(self._handle, number)

    def ask(self, op: str, **arguments: object) -> dict[str, Any]:
        return request(self.places, op, **arguments)

    def reasons(self) -> Mapping[str, Mapping[str, int]]:
        """What was counted: outcome → reason → how often."""
        found: Mapping[str, Mapping[str, int]] = self.ask("stats")["reasons"]
        return found

    def close(self) -> None:
        os.close(self._handle)


def until(condition: Callable[[], object]) -> bool:
    """Ask again and again: what a session leaves behind comes after its connection. False when it never comes true."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            return False
    return True
