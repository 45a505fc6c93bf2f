"""A daemon for the client's tests: it does nothing by itself; the test says line by line what is sent and must come.

Synchronous, in the test's own thread: the client is a process of its own. Every wait ends after `WAIT_S`.
"""

import array
import os
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Self, TypeVar

from dunnage import limits
from dunnage.wire.codec import Decoder, encode
from dunnage.wire.messages import (
    CLIENT_MESSAGES,
    STAT_RECORD,
    Hello,
    Message,
    Welcome,
    Write,
    WriteFile,
    Written,
)
from dunnage.wire.version import CAPABILITIES, WIRE_VERSION

WAIT_S = 30
"""Only ever a hang: emulated clients are slow, and machines busy."""

WELCOME = Welcome(WIRE_VERSION, int(CAPABILITIES))

M = TypeVar("M", bound=Message)


class Peer:
    """One connected client."""

    def __init__(self, connection: socket.socket) -> None:
        connection.settimeout(WAIT_S)
        self.socket = connection
        self.fds: list[int] = []
        """Descriptors that came along and were not taken yet, in order."""
        self._decoder = Decoder(CLIENT_MESSAGES, limits.CLIENT_FRAME_BYTES_MAX)

    def send(self, *messages: Message, fds: Sequence[int] = ()) -> None:
        """Send messages in one go, the descriptors with the first byte."""
        self.send_bytes(b"".join(map(encode, messages)), fds)

    def send_bytes(self, data: bytes, fds: Sequence[int] = ()) -> None:
        """Send anything, however wrong."""
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        sent = self.socket.sendmsg([data], rights)
        if sent < len(data):
            # Never an empty rest: the client may be gone already, as it should.
            self.socket.sendall(data[sent:])

    def next(self) -> Message | None:
        """The next message; None: the client has closed the connection."""
        while (message := self._decoder.next()) is None:
            space = socket.CMSG_SPACE(limits.FDS_PER_FRAME_MAX * array.array("i").itemsize)
            data, ancillary, _, _ = self.socket.recvmsg(65536, space)
            for _, _, rights in ancillary:
                came = array.array("i")
                came.frombytes(rights)
                self.fds += came
            if not data:
                return None
            self._decoder.feed(data)
        return message

    def write(self, files: Sequence[WriteFile], sources: Sequence[Path] = ()) -> list[tuple[int, ...]]:
        """Have files written, those with descriptors from `sources` in turn; the records of WRITTEN."""
        fds = [os.open(source, os.O_RDONLY) for source in sources]
        self.send(Write(list(files)), fds=fds)
        for fd in fds:
            os.close(fd)
        return [STAT_RECORD.unpack(record) for record in self.expect(Written).records]

    def expect(self, kind: type[M]) -> M:
        """The next message, which must be of this kind."""
        message = self.next()
        assert isinstance(message, kind), f"{kind.__name__} expected, got {message!r}"
        return message

    def greet(self) -> Hello:
        """Take HELLO and send WELCOME."""
        hello = self.expect(Hello)
        self.send(WELCOME)
        return hello

    def is_closed(self) -> bool:
        """Whether the client closes now without another word."""
        try:
            return self.next() is None
        except ConnectionResetError:
            return True

    def take_fds(self) -> list[int]:
        """The descriptors so far; the caller closes them."""
        fds, self.fds = self.fds, []
        return fds

    def close(self) -> None:
        """Hang up."""
        for fd in self.take_fds():
            os.close(fd)
        self.socket.close()


class FakeDaemon:
    """A listening socket at a path."""

    def __init__(self, path: Path, *, backlog: int = 16) -> None:
        self.path = path
        self._peers: list[Peer] = []
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.settimeout(WAIT_S)
        directory = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
        try:
            self._listener.bind(f"/proc/self/fd/{directory}/{path.name}")
        finally:
            os.close(directory)
        self._listener.listen(backlog)

    def accept(self) -> Peer:
        """The next client."""
        peer = Peer(self._listener.accept()[0])
        self._peers.append(peer)
        return peer

    def was_called(self) -> bool:
        """Whether somebody has connected who was not accepted yet."""
        self._listener.settimeout(0)
        try:
            self._peers.append(Peer(self._listener.accept()[0]))
        except BlockingIOError:
            return False
        finally:
            self._listener.settimeout(WAIT_S)
        return True

    def close(self) -> None:
        """Hang up on everybody."""
        for peer in self._peers:
            peer.close()
        self._listener.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
