"""A listener whose connections are served by threads: for what the daemon offers to programs that are no clients.

There is a bound on how many are served at once; a further one is closed, which such programs take for a miss.
"""

import logging
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final

from dunnage import limits
from dunnage.daemon.crew import Crew

log = logging.getLogger(__name__)

_BREATHER_S: Final = 0.05
"""A pause after a connection that could not be taken."""


class Serving:
    """One listener, accepted from in a thread of its own until it is closed."""

    def __init__(
        self,
        listener: socket.socket,
        serve: Callable[[socket.socket], None],
        at_once_max: int = limits.OFFERED_CONNECTIONS_MAX,
    ) -> None:
        """`serve` is called with each connection, which is closed afterwards."""
        self._listener = listener
        self._serve = serve
        self._free = threading.Semaphore(at_once_max)
        self._crew = Crew("offering")
        self._closed = False
        threading.Thread(target=self._accept, name="offering", daemon=True).start()

    @property
    def address(self) -> object:
        """Where it listens, as the socket says."""
        return self._listener.getsockname()

    def close(self) -> None:
        """Listen no more. Connections that are being served are not waited for."""
        self._closed = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread
        self._listener.close()

    def _accept(self) -> None:
        while not self._closed:
            try:
                connection, _ = self._listener.accept()
            except OSError as error:
                if not self._closed:
                    log.warning("a connection to what is offered could not be accepted: %s", error)
                    time.sleep(_BREATHER_S)  # out of descriptors: connections that end give some back
                continue
            self._begin(connection)

    def _begin(self, connection: socket.socket) -> None:
        if not self._free.acquire(blocking=False):
            log.warning("a connection to what is offered was closed: there are too many")
            connection.close()
            return
        try:
            self._crew.do(partial(self._attend, connection))
        except RuntimeError as error:
            log.warning("no thread for a connection to what is offered: %s", error)
            self._free.release()
            connection.close()

    def _attend(self, connection: socket.socket) -> None:
        try:
            self._serve(connection)
        except Exception:
            log.exception("what is offered could not be served")
        finally:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_WR)  # whoever still writes reads our last answer
            connection.close()
            self._free.release()
