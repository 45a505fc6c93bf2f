"""The command line's way to ask a daemon: one CONTROL, one REPLY, over the host's own socket."""

import json
import socket
from typing import Any

from dunnage import errors, limits
from dunnage.config.places import Places
from dunnage.daemon.listening import short_name
from dunnage.errors import DaemonError, DunnageError, NotRunning, ProtocolError, VersionMismatch
from dunnage.wire import asking

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
            connection.sendall(asking.control(data))
            reply = _receive(connection)
        except TimeoutError:
            raise DaemonError(f"The daemon did not answer within {limits.REPLY_TIMEOUT_S} s.") from None
        except OSError as error:
            raise NotRunning(f"The daemon went away: {error.strerror}.") from None
        except ProtocolError as error:
            raise VersionMismatch(f"The daemon was not understood: {error.message}") from None
    answer: Answer = json.loads(reply)
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


def _receive(connection: socket.socket) -> bytes:
    data = b""
    while (answer := asking.reply(data)) is None:
        more = connection.recv(limits.DAEMON_FRAME_BYTES_MAX)
        if not more:
            raise ConnectionResetError(None, "the connection ended")
        data += more
    return answer


def _error(told: Answer) -> DunnageError:
    kind = getattr(errors, str(told.get("type")), DaemonError)
    if not (isinstance(kind, type) and issubclass(kind, DunnageError)):
        kind = DaemonError
    return kind(str(told.get("message", "")), hint=str(told.get("hint", "")))
