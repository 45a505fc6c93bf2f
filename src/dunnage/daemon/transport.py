"""One connection: whole messages and their descriptors over a Unix socket, every wait bounded.

The kernel's own receive and send timeouts are used, so that a wait costs no extra system call.
"""

import array
import math
import os
import socket
import struct
import time
from collections import deque
from collections.abc import Sequence
from typing import Final

from dunnage import limits
from dunnage.errors import ProtocolError
from dunnage.model.view import ViewGone
from dunnage.wire.codec import Decoder, encode
from dunnage.wire.messages import CLIENT_MESSAGES, ClientMessage, DaemonMessage

_RECEIVE_BYTES: Final = 64 * 1024
_ANCILLARY_BYTES: Final = socket.CMSG_SPACE(limits.FDS_PER_FRAME_MAX * 4)
_INT_BYTES: Final = 4
_CLOSE_ON_EXEC: Final = int(socket.MSG_CMSG_CLOEXEC)
_TRUNCATED: Final = int(socket.MSG_CTRUNC)
"""Plain numbers: arithmetic on Python's flags costs a microsecond each time."""


class Transport:
    """Sends daemon messages, receives client messages. Every failure is a `ViewGone` with its reason."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._decoder = Decoder(CLIENT_MESSAGES, limits.CLIENT_FRAME_BYTES_MAX)
        self._descriptors: deque[int] = deque()
        self.wait_at_most(limits.REPLY_TIMEOUT_S)

    def wait_at_most(self, seconds: int) -> None:
        """Bound each wait from now on; 0 for as long as it takes."""
        self._patience_s = seconds or math.inf
        bound = struct.pack("@ll", seconds, 0)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, bound)
        self._socket.setsockopt(
            socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", limits.REPLY_TIMEOUT_S, 0)
        )

    def send(self, messages: Sequence[DaemonMessage], descriptors: Sequence[int] = ()) -> None:
        """Send messages with one call; descriptors travel with the first byte.

        Raises:
            ViewGone.
        """
        try:
            data = memoryview(b"".join(map(encode, messages)))
            if descriptors:
                rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
                data = data[self._socket.sendmsg([data], rights) :]
            while data:
                data = data[self._socket.send(data) :]
        except ProtocolError as error:  # a path that no file can have, from a response file for example
            raise ViewGone("protocol", error.message) from None
        except BlockingIOError:
            raise ViewGone("timeout", "a client does not read") from None
        except OSError as error:
            raise ViewGone("client-gone", str(error)) from None

    def receive(self) -> ClientMessage:
        """The next message.

        Raises:
            ViewGone.
        """
        deadline = time.monotonic() + self._patience_s
        try:
            while (message := self._decoder.next()) is None:
                self._fill()
                if time.monotonic() > deadline:  # one that sends byte by byte
                    raise ViewGone("timeout", "a client does not get to the end of its message")
        except ProtocolError as error:
            raise ViewGone("protocol", error.message) from None
        return message  # type: ignore[return-value]

    def _fill(self) -> None:
        try:
            data, ancillary, flags, _ = self._socket.recvmsg(_RECEIVE_BYTES, _ANCILLARY_BYTES, _CLOSE_ON_EXEC)
        except BlockingIOError:
            raise ViewGone("timeout", "a client does not answer") from None
        except OSError as error:
            raise ViewGone("client-gone", str(error)) from None
        for level, kind, payload in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                rights = array.array("i")
                rights.frombytes(payload[: len(payload) // _INT_BYTES * _INT_BYTES])
                self._descriptors.extend(rights)
        if flags & _TRUNCATED or len(self._descriptors) > limits.FDS_PER_FRAME_MAX:
            raise ViewGone("protocol", "more descriptors than asked for")
        if not data:
            raise ViewGone("client-gone", "the connection ended")
        self._decoder.feed(data)

    def take_descriptors(self, count: int) -> list[int]:
        """The next descriptors that came; the caller owns them.

        Raises:
            ViewGone: there are not as many.
        """
        if len(self._descriptors) < count:
            raise ViewGone("protocol", "fewer descriptors than promised")
        return [self._descriptors.popleft() for _ in range(count)]

    def close(self) -> None:
        """Close the connection and every descriptor that nobody took."""
        while self._descriptors:
            os.close(self._descriptors.popleft())
        self._socket.close()
