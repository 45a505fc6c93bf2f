"""The command line's way to ask a daemon: one CONTROL, one REPLY, over the host's own socket."""

import json
import socket
from typing import Any

from dunnage import errors, limits
from dunnage.config.places import Places
from dunnage.daemon.listening import short_name
from dunnage.errors import DaemonError, DunnageError, NotRunning, ProtocolError, VersionMismatch
from dunnage.wire.codec import Decoder, encode
from dunnage.wire.messages import DAEMON_MESSAGES, Control, Reply
from dunnage.wire.version import MAGIC_NUMBER, WIRE_VERSION

Answer = dict[str, Any]


def request(places: Places, op: str, **arguments: object) -> Answer:
    """Ask the daemon, and return what it says.

    Raises:
        NotRunning: no daemon answers.
        DaemonError: it does not answer in time, or not what was expected.
        DunnageError: what the daemon itself could not do, as the class that it names.
    """
    data = json.dumps({"op": op, **arguments}).encode()
    with _connect(places) as connection:
        try:
            connection.sendall(encode(Control(MAGIC_NUMBER, WIRE_VERSION, data)))
            reply = _receive(connection)
        except TimeoutError:
            raise DaemonError(f"The daemon did not answer within {limits.REPLY_TIMEOUT_S} s.") from None
        except OSError as error:
            raise NotRunning(f"The daemon went away: {error.strerror}.") from None
        except ProtocolError as error:
            raise VersionMismatch(f"The daemon was not understood: {error.message}") from None
    answer: Answer = json.loads(reply.answer)
    if "error" in answer:
        raise _error(answer["error"])
    return answer


def _connect(places: Places) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(limits.REPLY_TIMEOUT_S)
    try:
        with short_name(places.host_dir) as parent:
            connection.connect(f"{parent}/{places.host_socket.name}")
    except OSError:
        connection.close()
        raise NotRunning("No daemon is running.") from None
    return connection


def _receive(connection: socket.socket) -> Reply:
    decoder = Decoder(DAEMON_MESSAGES, limits.DAEMON_FRAME_BYTES_MAX)
    while (message := decoder.next()) is None:
        data = connection.recv(limits.DAEMON_FRAME_BYTES_MAX)
        if not data:
            raise ConnectionResetError(None, "the connection ended")
        decoder.feed(data)
    if not isinstance(message, Reply):
        raise ProtocolError(f"{type(message).__name__} instead of REPLY.")
    return message


def _error(told: Answer) -> DunnageError:
    kind = getattr(errors, str(told.get("type")), DaemonError)
    if not (isinstance(kind, type) and issubclass(kind, DunnageError)):
        kind = DaemonError
    return kind(str(told.get("message", "")), hint=str(told.get("hint", "")))
