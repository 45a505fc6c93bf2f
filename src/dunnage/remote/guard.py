"""A guard in front of a backend: few retries, a pause where one is asked for, and a breaker.

A remote may be dead, slow, or tired of us, and a build must not feel it. So

*   what is merely unavailable is tried again, `limits.REMOTE_TRIES_MAX` times in all, with a pause of random length;
*   one that asks to be left alone (`RemoteBusy`) is left alone, by everybody, until that time;
*   the time that sessions waited in vain is added up, until one gets something in time. At `limits.REMOTE_VAIN_S_MAX`
    the breaker opens: nobody is asked or waited for any more, and from time to time one request of our own looks
    whether the remote is back;
*   at most so many requests, and so many bytes of blobs, are on their way at once.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, TypeVar, cast

from dunnage.errors import RemoteBusy, RemoteError, RemoteUnavailable
from dunnage.remote import limits
from dunnage.remote.contract import (
    Backend,
    BlobName,
    BlobSource,
    Coming,
    Record,
    RecordName,
    SendsAhead,
    Traits,
)
from dunnage.remote.in_flight import InFlight

log = logging.getLogger(__name__)

T = TypeVar("T")


class Guard:
    """A backend that is behind all of that. `clock` is in seconds and only goes forward; `pause` waits so many."""

    def __init__(
        self,
        name: str,
        backend: Backend,
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], object] | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.name = name
        self.traits: Traits = backend.traits
        self._backend = backend
        self._clock = clock
        self._closed = threading.Event()
        self._pause = pause or self._closed.wait
        self._chance = chance
        self._lock = threading.Lock()
        self._vain_s = 0.0
        self._left_alone_until_s = 0.0
        self._looks_again_s: float | None = None
        """When the breaker is open: from when on somebody looks whether the remote is back."""
        self._in_flight = InFlight(limits.REMOTE_REQUESTS_MAX, limits.REMOTE_BYTES_IN_FLIGHT_MAX)
        self._calls = 0
        self.trouble = ""
        """What went wrong last, for people; empty when nothing did since."""

    @property
    def requests(self) -> int:
        """How often the remote was asked: as it counts itself where that is another number, else calls of ours."""
        own = getattr(self._backend, "requests", None)
        return self._calls if own is None else int(own)

    # --- for those who wait ---------------------------------------------------------------------------

    @property
    def patience_s(self) -> float:
        """How long sessions may still wait in vain; 0 while the breaker is open or the remote is left alone."""
        with self._lock:
            if self._looks_again_s is not None or self._clock() < self._left_alone_until_s:
                return 0.0
            return max(0.0, limits.REMOTE_VAIN_S_MAX - self._vain_s)

    def waited_in_vain(self, seconds: float) -> None:
        """A session waited that long and got nothing for it."""
        with self._lock:
            self._vain_s += seconds
            if self._vain_s < limits.REMOTE_VAIN_S_MAX or self._looks_again_s is not None:
                return
            self._looks_again_s = self._clock() + limits.REMOTE_LOOK_AGAIN_S
        log.warning(
            "%s is not asked for a while: %s", self.name, self.trouble or "it does not answer in time"
        )

    def was_of_use(self) -> None:
        """A session got in time what it waited for. An answer alone is no use: records may come, and blobs too late."""
        with self._lock:
            if self._looks_again_s is None:
                self._vain_s = 0.0

    @property
    def is_due(self) -> bool:
        """Whether somebody should look now if the remote is back (`look`); True for one of those who ask."""
        with self._lock:
            if self._looks_again_s is None or self._clock() < self._looks_again_s:
                return False
            self._looks_again_s = self._clock() + limits.REMOTE_LOOK_AGAIN_S
            return True

    def look(self) -> None:
        """Whether the remote is back: if so, it is asked again from now on. Never fails."""
        try:
            self._backend.check()
        except RemoteError as error:
            self.trouble = error.message
            return
        with self._lock:
            self._looks_again_s, self._vain_s, self._left_alone_until_s = None, 0.0, 0.0
        self.trouble = ""
        log.info("%s is back", self.name)

    # --- the contract ---------------------------------------------------------------------------------

    def check(self) -> None:
        """As the backend's. What is wrong is kept in mind for people, as with every other call."""
        try:
            self._backend.check()
        except RemoteError as error:
            self.trouble = error.message
            raise
        self.trouble = ""

    def get_records(self, names: Sequence[RecordName]) -> dict[RecordName, bytes]:
        """As the backend's."""
        return self._tried(lambda: self._backend.get_records(names))

    def put_records(self, records: Sequence[Record]) -> None:
        """As the backend's."""
        self._tried(lambda: self._backend.put_records(records), sum(len(record.body) for record in records))

    def missing(self, blobs: Sequence[BlobName]) -> list[BlobName]:
        """As the backend's."""
        return self._tried(lambda: self._backend.missing(blobs))

    def get_blobs(self, blobs: Sequence[BlobName], into: Callable[[BlobName], BinaryIO]) -> set[BlobName]:
        """As the backend's. Not tried again: `into` gives each file once, and whoever waits would not have the time."""
        return self._once(lambda: self._backend.get_blobs(blobs, into), sum(blob.size for blob in blobs))

    def arriving(self) -> Iterator[Coming]:
        """As the backend's, where it `sends_ahead`. Nobody waits for it, so nothing is tried again."""
        return cast("SendsAhead", self._backend).arriving()

    def doubt(self, blobs: Sequence[BlobName]) -> None:
        """As the backend's."""
        self._backend.doubt(blobs)

    def put_blobs(self, blobs: Sequence[BlobSource]) -> None:
        """As the backend's."""
        self._tried(lambda: self._backend.put_blobs(blobs), sum(blob.name.size for blob in blobs))

    def flush(self) -> None:
        """As the backend's."""
        self._tried(self._backend.flush)

    def close(self) -> None:
        """As the backend's; pauses end at once."""
        self._closed.set()
        self._backend.close()

    # --- how ------------------------------------------------------------------------------------------

    def _tried(self, ask: Callable[[], T], size_bytes: int = 0) -> T:
        for number in range(1, limits.REMOTE_TRIES_MAX):
            try:
                return self._once(ask, size_bytes)
            except RemoteUnavailable:
                if self._closed.is_set():
                    raise
                self._pause(limits.REMOTE_PAUSE_S * 2**number * (0.5 + self._chance()))
        return self._once(ask, size_bytes)

    def _once(self, ask: Callable[[], T], size_bytes: int) -> T:
        with self._in_flight.taking(size_bytes), self._noting():
            self._calls += 1
            found = ask()
        self.trouble = ""
        return found

    @contextmanager
    def _noting(self) -> Iterator[None]:
        with self._lock:
            left_s = self._left_alone_until_s - self._clock()
        if left_s > 0:
            raise RemoteBusy(f"{self.name} asked to be left alone for a while.", retry_after_s=left_s)
        try:
            yield
        except RemoteBusy as error:
            said_s = limits.REMOTE_ALONE_S if error.retry_after_s is None else error.retry_after_s
            alone_s = min(said_s, limits.REMOTE_ALONE_S_MAX)
            with self._lock:
                self._left_alone_until_s = max(self._left_alone_until_s, self._clock() + alone_s)
            self.trouble = error.message
            raise
        except RemoteError as error:
            self.trouble = error.message
            raise
