"""ccache's own protocol for storage (`crsh:`, from 4.13 on), spoken at a socket as one of its storage helpers would.

    greeting      0x01, number of capabilities, capabilities
    get           0x00 key                →  0x00 value | 0x01 | 0x02 message
    put           0x01 key flags value    →  0x00 | 0x01 | 0x02 message
    remove        0x02 key                →  0x01: an object that is not asked for is trimmed in time
    stop          0x03                    →  0x00, and the connection's end: the daemon is not ccache's to stop
    info          0x04                    →  who we are, no diagnostics

A key and a message have one byte of length in front, a value eight, in the order of the machine. The specification is
ccache's `remote_storage_helper_spec.md`. It has no word for a token: who gets to the socket may use it (ADR 21).
"""

import logging
import os
import shutil
import socket
import struct
import tempfile
from collections.abc import Callable
from typing import Final, Protocol

from dunnage import __version__
from dunnage.engine.offered import Offered
from dunnage.errors import StoreError
from dunnage.remote.limits import REMOTE_BLOB_BYTES_MAX

log = logging.getLogger(__name__)

_IDLE_S: Final = 60
"""A connection that asks nothing for this long is ended."""
_PIECE_BYTES: Final = 256 * 1024
_VERSION: Final = 1
_CAPABILITIES: Final = b"\x00\x01"
"""To get, put and remove; to say who we are."""
_GREETING: Final = bytes([_VERSION, len(_CAPABILITIES)]) + _CAPABILITIES
_OK, _NOT_DONE, _FAILED = b"\x00", b"\x01", b"\x02"
_OVERWRITE: Final = 1
_LENGTH: Final = struct.Struct("=Q")
_MESSAGE_BYTES_MAX: Final = 255


class _Stream(Protocol):
    """A connection as a file: in both directions, buffered."""

    def read(self, size: int, /) -> bytes: ...
    def write(self, data: bytes, /) -> int: ...
    def flush(self) -> None: ...


class _EndedError(Exception):
    """The other side has hung up, or says what cannot be followed."""


def speak_crsh(offered: Callable[[], Offered], *, writes: bool) -> Callable[[socket.socket], None]:
    """What serves one connection. `offered` is asked with each request, and raises StoreError without a store."""

    def serve(connection: socket.socket) -> None:
        connection.settimeout(_IDLE_S)
        try:
            with connection.makefile("rwb") as stream:
                _Helper(stream, offered, writes=writes).serve()
        except (OSError, _EndedError) as error:
            log.debug("a connection of ccache's ended: %r", error)

    return serve


class _Helper:
    """One connection."""

    def __init__(self, stream: _Stream, offered: Callable[[], Offered], *, writes: bool) -> None:
        self._stream = stream
        self._offered = offered
        self._writes = writes

    def serve(self) -> None:
        """Until the other side ends it. Raises OSError and _EndedError."""
        self._stream.write(_GREETING)
        self._stream.flush()
        answers = {0: self._get, 1: self._put, 2: self._remove, 4: self._info}
        while (request := self._stream.read(1)) and request[0] in answers:
            try:
                answers[request[0]]()
            except StoreError as error:
                log.warning("an offered object of ccache's: %s", error)
                self._stream.write(_FAILED + _message(error.message))
            self._stream.flush()
        if request == b"\x03":
            self._stream.write(_OK)
        elif request:
            self._stream.write(_FAILED + _message("dunnage does not know this request"))

    def _get(self) -> None:
        name = self._name()  # whatever becomes of it: the next request begins behind it
        found = self._offered().open(name)
        if found is None:
            self._stream.write(_NOT_DONE)
            return
        descriptor, size = found
        with os.fdopen(descriptor, "rb") as file:
            self._stream.write(_OK + _LENGTH.pack(size))
            shutil.copyfileobj(file, self._stream, _PIECE_BYTES)

    def _put(self) -> None:
        name = self._name()
        flags = self._exactly(1)[0]
        (size,) = _LENGTH.unpack(self._exactly(_LENGTH.size))
        if size > REMOTE_BLOB_BYTES_MAX:
            self._stream.write(_FAILED + _message(f"{size} bytes are too many"))
            self._stream.flush()
            raise _EndedError("too large")
        with tempfile.TemporaryFile() as file:
            left = size
            while left:
                piece = self._exactly(min(left, _PIECE_BYTES))
                file.write(piece)
                left -= len(piece)
            file.flush()
            if not self._writes or (not flags & _OVERWRITE and self._offered().holds(name)):
                self._stream.write(_NOT_DONE)
                return
            self._offered().keep(name, file.fileno())
        self._stream.write(_OK)

    def _remove(self) -> None:
        self._name()
        self._stream.write(_NOT_DONE)

    def _info(self) -> None:
        self._stream.write(_message(f"dunnage {__version__}") + b"\x00")

    def _name(self) -> str:
        """The object's name for a key, which is no name of HTTP's: those begin with a slash."""
        return "crsh:" + self._exactly(self._exactly(1)[0]).hex()

    def _exactly(self, size: int) -> bytes:
        data = self._stream.read(size)
        if len(data) < size:
            raise _EndedError("in the middle of a request")
        return data


def _message(text: str) -> bytes:
    """A text with its length, cut where it is too long for that."""
    data = text.encode()[:_MESSAGE_BYTES_MAX].decode(errors="ignore").encode()
    return bytes([len(data)]) + data
