"""Connections to Redis that take no more than an answer can have: redis-py reads whatever length a server names."""

import socket
from typing import Any

from redis import Connection, SSLConnection, UnixDomainSocketConnection
from redis.exceptions import InvalidResponse

from dunnage.remote import limits


class BoundedSocket:
    """A socket that counts what came since something was sent."""

    def __init__(self, inner: socket.socket) -> None:
        self._inner = inner
        self._left = limits.REMOTE_REDIS_ANSWER_BYTES_MAX

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._inner, name)

    def sendall(self, data: bytes) -> None:
        """Ask; the next answer begins."""
        self._left = limits.REMOTE_REDIS_ANSWER_BYTES_MAX
        self._inner.sendall(data)

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Some of the answer. InvalidResponse where it is larger than any can be."""
        data = self._inner.recv(size, flags)
        if not flags & socket.MSG_PEEK:
            self._count(len(data))
        return data

    def recv_into(self, buffer: bytearray) -> int:
        """The same, for hiredis, which redis-py takes where it is installed."""
        size = self._inner.recv_into(buffer)
        self._count(size)
        return size

    def _count(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise InvalidResponse("The answer does not end.")


class BoundedConnection(Connection):
    """Over TCP."""

    def _connect(self) -> BoundedSocket:
        return BoundedSocket(super()._connect())  # type: ignore[no-untyped-call]


class BoundedTlsConnection(SSLConnection):
    """Over TLS."""

    def _connect(self) -> BoundedSocket:
        return BoundedSocket(super()._connect())  # type: ignore[no-untyped-call]


class BoundedUnixConnection(UnixDomainSocketConnection):
    """At a socket of this machine."""

    def _connect(self) -> BoundedSocket:
        return BoundedSocket(super()._connect())  # type: ignore[no-untyped-call]
