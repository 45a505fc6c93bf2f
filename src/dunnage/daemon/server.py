"""The daemon itself: listens, gives each connection a thread, ends when told or when nobody comes any more."""

import logging
import os
import selectors
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from dunnage import __version__, limits
from dunnage.config.places import Places
from dunnage.config.schema import SETTINGS
from dunnage.config.settings import Settings
from dunnage.daemon.answers import answer
from dunnage.daemon.conditions import problems_of
from dunnage.daemon.crew import Crew
from dunnage.daemon.key_texts import KeyTexts
from dunnage.daemon.ledger import Ledger
from dunnage.daemon.listening import is_same_user, listen
from dunnage.daemon.session import serve
from dunnage.daemon.verify_reports import VerifyReports
from dunnage.engine.engine import Engine
from dunnage.engine.offered import Offered
from dunnage.errors import DunnageError
from dunnage.model.outcome import Result
from dunnage.store.store import Store

if TYPE_CHECKING:
    from dunnage.daemon.conditions import Condition
    from dunnage.daemon.offers import Offers
    from dunnage.daemon.tiering import Opened

log = logging.getLogger(__name__)

_WATCH_S: Final = 5.0
"""How often a daemon looks whether its sockets are still its own: who starts one meanwhile waits twice as long
(`limits.START_TIMEOUT_S`)."""

_BREATHER_S: Final = 0.05
"""A pause after a connection that could not be taken; clients wait for longer."""

_STACK_BYTES: Final = 512 * 1024


class Daemon:
    """Everything that sessions share."""

    def __init__(self, places: Places, settings: Settings) -> None:
        self._places = places
        self._settings = settings
        self._started = time.time()
        self._last_session = time.monotonic()
        self._lock = threading.Condition()
        self._sessions = 0
        self._storing: set[_Session] = set()
        self._stopping = False
        self._drain_s = float(settings.drain_timeout)
        self._wake_end, self.waker = socket.socketpair()  # the accept loop watches the first
        self._wake_end.setblocking(False)
        self.waker.setblocking(False)
        self._ledger = Ledger(lambda: Store.open(
            str(places.store), size_bytes_max=settings.size_max, clock=time.time
        ))  # fmt: skip
        self._crew = Crew("session")
        self._engine: Engine | None = None
        self._remotes = _opened(settings)
        self.offer_problems: Sequence[DunnageError] = ()
        """Why something is not offered although that is wanted."""
        self._verify_reports = VerifyReports(places.verify_reports)

    # --- life cycle -------------------------------------------------------------------------------

    def listen(self) -> None:
        """Begin to listen. Raises OSError."""
        self._host = listen(self._places.host_socket, 0o600)
        self._container = listen(self._places.container_socket, 0o666)
        self._offers = self._offers_now()
        offered = [] if self._offers is None else self._offers.sockets
        paths = (self._places.host_socket, self._places.container_socket, *offered)
        self._socket_paths = [str(path) for path in paths]
        self._own = [_identity(path) for path in self._socket_paths]

    def _offers_now(self) -> "Offers | None":
        """What is offered to other programs; what stands in the way is a problem like those of remotes."""
        if not self._settings.offer:
            return None
        # A server of HTTP takes a tenth of the daemon's start to import.
        from dunnage.daemon.offers import Offers

        offers = Offers(self._settings, self._places, self._offered)
        self.offer_problems = offers.problems
        return offers

    def _offered(self) -> Offered:
        """What other programs get; that they ask is a sign of life. Raises StoreError."""
        with self._lock:
            self._last_session = time.monotonic()
        return self.engine.offered

    def run(self) -> None:
        """Serve until told to stop, idle, or bereft of the sockets; then finish what is being stored."""
        threading.stack_size(_STACK_BYTES)
        with selectors.DefaultSelector() as selector:
            selector.register(self._host, selectors.EVENT_READ, True)
            selector.register(self._container, selectors.EVENT_READ, False)
            selector.register(self._wake_end, selectors.EVENT_READ)
            wait_s = min(_WATCH_S, max(1, self._settings.idle_timeout))
            while not self._stopping:
                for key, _ in selector.select(wait_s):
                    if key.fileobj is self._wake_end:
                        self._wake_end.recv(64)
                    elif not self._stopping:
                        self._accept(key.fileobj, is_host=key.data)  # type: ignore[arg-type]
                self._watch()
        self._shut_down()

    def stop(self, drain_s: float | None = None) -> None:
        """Begin to shut down; from any thread or signal handler (so it takes no lock). `drain_s`: how long what waits
        is sent at most, instead of what the settings say.
        """
        self._drain_s = self._drain_s if drain_s is None else float(drain_s)
        self._stopping = True
        with suppress(BlockingIOError):  # full: it has been woken often enough
            self.waker.send(b"!")

    def _watch(self) -> None:
        with self._lock:
            idle_s = 0.0 if self._sessions or self._storing else time.monotonic() - self._last_session
        if idle_s > self._settings.idle_timeout:
            log.info("idle for %d s: ending", idle_s)
            self._stopping = True
        elif self._own != [_identity(path) for path in self._socket_paths]:
            log.warning("the sockets are gone or another daemon's: ending")
            self._stopping = True

    def _shut_down(self) -> None:
        if self._offers is not None:
            self._offers.close()
        self._host.close()
        self._container.close()
        for path, own in zip(self._socket_paths, self._own, strict=True):
            if _identity(path) == own:  # else another daemon's
                with suppress(OSError):
                    os.unlink(path)
        with self._lock:
            if not self._lock.wait_for(lambda: not self._storing, limits.DRAIN_TIMEOUT_S):
                log.warning("ending although %d results are still being stored", len(self._storing))
        if self._engine is not None:
            self._engine.remotes.close(min(limits.DRAIN_TIMEOUT_S, self._drain_s))
        self._ledger.close()
        log.info("ended")

    # --- sessions ---------------------------------------------------------------------------------

    def _accept(self, listener: socket.socket, *, is_host: bool) -> None:
        try:
            connection, _ = listener.accept()
        except OSError as error:
            log.warning("a connection could not be accepted: %s", error)
            time.sleep(_BREATHER_S)  # out of descriptors: sessions that end give some back
            return
        if is_host and not is_same_user(connection):
            log.warning("another user was turned away")
            connection.close()
            return
        with self._lock:
            self._sessions += 1
            self._last_session = time.monotonic()
        host = _Session(self)
        try:
            self._crew.do(partial(serve, connection, host, may_control=is_host, after=host.leave))
        except RuntimeError as error:
            log.warning("no thread for a session: %s", error)
            connection.close()
            self.leave(host)

    def begin_storing(self, session: "_Session") -> None:
        """A session's client is about to go; its results are being stored."""
        with self._lock:
            self._storing.add(session)

    def leave(self, session: "_Session") -> None:
        """A session is over."""
        with self._lock:
            self._sessions -= 1
            self._storing.discard(session)
            self._last_session = time.monotonic()
            self._lock.notify_all()

    def settle(self) -> None:
        """Wait until all is stored, and counted, of clients that are gone by now; for `limits.SETTLE_TIMEOUT_S`."""
        with self._lock:
            begun = set(self._storing)
            self._lock.wait_for(lambda: begun.isdisjoint(self._storing), limits.SETTLE_TIMEOUT_S)

    @property
    def refusal(self) -> str | None:
        """Why no session is served now."""
        if self._stopping:
            return "stopping"
        return "busy" if self._sessions > limits.SESSIONS_MAX else None

    @property
    def engine(self) -> Engine:
        """The engine. Raises StoreError while the store cannot be opened."""
        store = self.store
        with self._lock:
            if self._engine is None:
                keep = KeyTexts(self._places.key_texts).keep if self._settings.key_texts == "on" else None
                self._engine = Engine(
                    store,
                    keep_text=keep,
                    keep_report=self._verify_reports.keep,
                    tiers=() if self._remotes is None else self._remotes.tiers,
                )
            return self._engine

    @property
    def store(self) -> Store:
        """The store. Raises StoreError while it cannot be opened."""
        return self._ledger.store

    @property
    def verify_reports(self) -> list[str]:
        """Where reports of verify mode are, the newest first."""
        return self._verify_reports.paths()

    def remotes(self) -> list[dict[str, Any]]:
        """What went over each remote since this daemon began. Raises StoreError while the store cannot be opened."""
        if self._remotes is None:
            return []
        documents = self.engine.remotes.documents() if self._remotes.tiers else []
        return [*self._remotes.numbers(), *documents]

    def remote_conditions(self) -> "list[Condition]":
        """How all remotes are: they are asked now, which may take some seconds."""
        return [] if self._remotes is None else self._remotes.conditions()

    def settings(self) -> dict[str, str]:
        """The settings that it goes by until its end, for people, by name."""
        return {row.name: row.format(self._settings.value(row.name)) for row in SETTINGS}

    def hurry(self) -> int:
        """Somebody waits until all results are sent: how many are not."""
        return 0 if self._engine is None else self._engine.remotes.hurry()

    def count(self, result: Result) -> None:
        """Count an outcome."""
        self._ledger.count(result)

    def control(self, request: bytes) -> bytes:
        """Answer the command line."""
        return answer(self, request)

    def status(self) -> dict[str, Any]:
        """Who and where this daemon is; the store's size is added by who asks."""
        places = self._places
        with self._lock:
            sessions, storing = self._sessions, len(self._storing)
        return {
            "schema": 1,
            "running": True,
            "pid": os.getpid(),
            "version": __version__,
            "socket": str(places.host_socket),
            "container_socket": str(places.container_socket),
            "store": str(places.store),
            "offer": [] if self._offers is None else self._offers.urls,
            "offer_sockets": [] if self._offers is None else [str(path) for path in self._offers.sockets],
            "log": str(places.log),
            "sessions": sessions - storing - 1,  # without the one that asks
            "storing": storing,
            "up_since": int(self._started),
        }


def _opened(settings: Settings) -> "Opened | None":
    """The remotes; None where there are none."""
    if not settings.remotes.split():
        return None
    # Who has none does not wait for the import of what speaks to them.
    from dunnage.daemon.tiering import open_tiers

    opened = open_tiers(settings, os.environ)
    for problem in problems_of(opened.unusable):
        log.warning("%s", problem)
    return opened


def _identity(path: str) -> tuple[int, int] | None:
    """Names a file for as long as it exists; None when there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


class _Session:
    """What one session sees of the daemon."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    @property
    def engine(self) -> Engine:
        return self._daemon.engine

    @property
    def refusal(self) -> str | None:
        return self._daemon.refusal

    def control(self, request: bytes) -> bytes:
        return self._daemon.control(request)

    def storing(self) -> None:
        self._daemon.begin_storing(self)

    def count(self, result: Result) -> None:
        self._daemon.count(result)

    def leave(self) -> None:
        self._daemon.leave(self)
