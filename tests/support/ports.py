"""Ports for programs that have to be told one."""

import os
import socket
from itertools import count
from typing import Final

_FIRST: Final = 20_000
_LAST: Final = 32_000
"""Below those that the kernel gives to connections of others."""

_tried = count(os.getpid() * 37)


def free_port() -> int:
    """A port on loopback that nobody listens at, and that this process has not given away before."""
    while True:
        port = _FIRST + next(_tried) % (_LAST - _FIRST)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
