"""CONTROL and REPLY, the two messages of the command line, without the table of all messages. Sans-I/O.

The table and its codec take some 30 ms to import, a third of what `dunnage stats` may take; a daemon has them
anyway. The test of this file holds every byte equal to the codec's.
"""

import struct
from typing import Final

from dunnage.errors import ProtocolError
from dunnage.limits import DAEMON_FRAME_BYTES_MAX
from dunnage.wire.version import MAGIC_NUMBER, WIRE_VERSION

_CONTROL: Final = struct.Struct("<IBQHI")
"""Length, type, magic, wire version, length of the request."""
_REPLY: Final = struct.Struct("<IBI")
"""Length, type, length of the answer."""
_LENGTH_BYTES: Final = 4
_CONTROL_TYPE: Final = 0xF0
_REPLY_TYPE: Final = 0x70


def control(request: bytes) -> bytes:
    """The frame that asks."""
    length = _CONTROL.size - _LENGTH_BYTES + len(request)
    return _CONTROL.pack(length, _CONTROL_TYPE, MAGIC_NUMBER, WIRE_VERSION, len(request)) + request


def reply(data: bytes) -> bytes | None:
    """The answer in the frame that `data` begins with; None while more bytes are needed. Raises ProtocolError."""
    if len(data) < _REPLY.size:
        return None
    length, kind, answer_length = _REPLY.unpack_from(data)
    if kind != _REPLY_TYPE:
        raise ProtocolError(f"A message of type {kind:#x} came instead of REPLY.")
    if length > DAEMON_FRAME_BYTES_MAX or answer_length != length - (_REPLY.size - _LENGTH_BYTES):
        raise ProtocolError(f"REPLY has a length of {length}, and {answer_length} in it.")
    end = _REPLY.size + answer_length
    return None if len(data) < end else data[_REPLY.size : end]
