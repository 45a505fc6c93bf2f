"""Waiting for servers: ask until they answer, with a deadline."""

import socket
import time
from collections.abc import Callable

from dunnage.errors import RemoteError

DEADLINE_S = 60


def free_port() -> int:
    """A port of loopback that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until_it_answers(ask: Callable[[], object], is_alive: Callable[[], bool] = lambda: True) -> None:
    """Ask until no RemoteError comes. The last of them is raised at the deadline, or where the server has ended."""
    end = time.monotonic() + DEADLINE_S
    while True:
        try:
            ask()
            return
        except RemoteError:
            if not is_alive() or time.monotonic() > end:
                raise
        time.sleep(0.05)
