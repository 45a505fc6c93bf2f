"""A client by hand: the other end of a daemon's connection, message by message."""

import array
import os
import socket
from collections.abc import Sequence
from pathlib import Path

from dunnage import limits
from dunnage.daemon.listening import short_name
from dunnage.wire.codec import Decoder, encode
from dunnage.wire.messages import DAEMON_MESSAGES, Hello, Message
from dunnage.wire.version import CAPABILITIES, MAGIC_NUMBER, WIRE_VERSION

WAIT_S = 30
"""Only ever a hang."""


def hello(
    argv: Sequence[str] = ("rustc",),
    *,
    cwd: str = "/",
    env: Sequence[str] = (),
    payload: str = "",
    **changes: int,
) -> Hello:
    """A greeting; `changes` are its integer fields."""
    fields = {"magic": MAGIC_NUMBER, "wire_version": WIRE_VERSION, "capabilities": int(CAPABILITIES)}
    fields |= {"pid": os.getpid(), "mount_namespace": 7, "tty": 0} | changes
    return Hello(
        client_version="test", program=argv[0], cwd=cwd, payload=payload, argv=list(argv), env=list(env), **fields
    )  # fmt: skip


class HandClient:
    """One connection, seen from the client's side."""

    def __init__(self, connection: socket.socket) -> None:
        connection.settimeout(WAIT_S)
        self.socket = connection
        self.descriptors: list[int] = []
        self._decoder = Decoder(DAEMON_MESSAGES, limits.DAEMON_FRAME_BYTES_MAX)

    @classmethod
    def connected_to(cls, path: str) -> "HandClient":
        """Connect to a listening socket."""
        connection = socket.socket(socket.AF_UNIX)
        directory, name = os.path.split(path)
        with short_name(Path(directory)) as short:
            connection.connect(f"{short}/{name}")
        return cls(connection)

    def send(self, *messages: Message, descriptors: Sequence[int] = ()) -> None:
        """Send messages, the descriptors with the first byte."""
        rights = (
            [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))] if descriptors else []
        )
        data = b"".join(map(encode, messages))
        sent = self.socket.sendmsg([data], rights)
        if sent < len(data):
            self.socket.sendall(data[sent:])

    def next(self) -> Message | None:
        """The next message; None when the daemon has closed the connection."""
        while (message := self._decoder.next()) is None:
            try:
                data, ancillary, _, _ = self.socket.recvmsg(65536, socket.CMSG_SPACE(64 * 4))
            except ConnectionResetError:
                return None
            for _, _, rights in ancillary:
                came = array.array("i")
                came.frombytes(rights)
                self.descriptors += came
            if not data:
                return None
            self._decoder.feed(data)
        return message

    def close(self) -> None:
        """Hang up."""
        for descriptor in self.descriptors:
            os.close(descriptor)
        self.socket.close()
