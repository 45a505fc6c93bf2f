"""All packs of a job: some of them at once on their way, in threads of their own, while callers ask for blobs."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import BinaryIO

from dunnage.errors import RemoteBusy
from dunnage.remote import limits
from dunnage.remote.contract import BlobName, Sink
from dunnage.remote.gha.arriving import Arriving
from dunnage.remote.gha.azure import Address
from dunnage.remote.gha.http import Http
from dunnage.remote.gha.manifest import Pack, Where
from dunnage.remote.gha.packs import Packed
from dunnage.remote.gha.service import Service


class Arrivals:
    """What is on its way, what is there, what is gone."""

    def __init__(self, http: Http, service: Service) -> None:
        self._http = http
        self._service = service
        self._lock = threading.Lock()
        self._packs: dict[str, Arriving] = {}
        self._asleep: set[str] = set()
        """Those that nobody has asked for yet."""
        self._queue: deque[Arriving] = deque()
        self._workers = 0
        self._closed = False

    def expect(self, packs: Iterable[Pack], *, at_once: bool = True) -> None:
        """Fetch these, in this order, but for those that are known; or, if not at once, when they are asked for."""
        for pack in packs:
            arriving = Arriving(pack, self._address(pack.key), self._http)
            with self._lock:
                if pack.key in self._packs:
                    continue
                self._packs[pack.key] = arriving
                self._asleep.add(pack.key)
            if at_once:
                self._wake(arriving)

    def fetch(self, keys: Iterable[str], until_s: float) -> None:
        """Wait until all of these have arrived or cannot; no longer than that, by `time.monotonic`."""
        wanted = [each for each in map(self._of, keys) if each is not None]
        for arriving in wanted:
            self._wake(arriving)
        for arriving in wanted:
            arriving.wait(until_s)

    def own(self, pack: Pack, file: BinaryIO, objects: list[Packed]) -> None:
        """A pack that this job made."""
        arriving = Arriving(pack, self._address(pack.key), self._http).own(file, objects)
        with self._lock:
            self._packs[pack.key] = arriving
            is_late = self._closed
        if is_late:
            arriving.close()

    def get(self, blob: BlobName, where: Where, target: BinaryIO, until_s: float) -> bool:
        """Write a blob, once it has arrived; False where it never will. RemoteError; as `Arriving.get`."""
        arriving = self._of(where.pack)
        if arriving is None:
            return False
        self._wake(arriving)
        if arriving.state == "failed":
            self._again(arriving)
        return arriving.get(blob, where, target, until_s)

    def arriving(self) -> Iterator[tuple[str, Packed, Callable[[Sink], None]]]:
        """The blobs of all packs that are on their way now, each with the key of its pack as soon as it has arrived."""
        with self._lock:
            packs = [each for key, each in self._packs.items() if key not in self._asleep]
        for pack in packs:
            for packed in pack.arriving():
                yield pack.pack.key, packed, partial(pack.write, packed)

    def frame(self, blob: BlobName, where: Where) -> tuple[BinaryIO, Packed] | None:
        """The file with a blob's zstd frame, if it has arrived."""
        arriving = self._of(where.pack)
        return arriving.frame(blob) if arriving else None

    def is_there(self, key: str) -> bool:
        """Whether a pack has arrived whole."""
        arriving = self._of(key)
        return arriving is not None and arriving.state == "there"

    def is_gone(self, key: str) -> bool:
        """Whether a pack was evicted."""
        arriving = self._of(key)
        return arriving is not None and arriving.state == "gone"

    def forget(self, keys: Iterable[str]) -> None:
        """Give up packs that nobody refers to any more."""
        for key in keys:
            with self._lock:
                arriving = self._packs.pop(key, None)
                self._asleep.discard(key)
            if arriving is not None:
                arriving.retire()

    def close(self) -> None:
        """Break off whatever is on its way."""
        with self._lock:
            self._closed = True
            self._queue.clear()
            packs = list(self._packs.values())
        for arriving in packs:
            arriving.close()

    def _address(self, key: str) -> Address:
        return Address(lambda: self._service.exactly(key))

    def _of(self, key: str) -> Arriving | None:
        with self._lock:
            return self._packs.get(key)

    def _again(self, arriving: Arriving) -> None:
        """Fetch the rest of a pack that failed, where that may help. RemoteBusy."""
        busy_s = self._service.busy_s()
        if isinstance(arriving.error, RemoteBusy) and busy_s:
            raise RemoteBusy(arriving.error.message, retry_after_s=busy_s)
        if arriving.restarted():
            self._start(arriving)

    def _wake(self, arriving: Arriving) -> None:
        with self._lock:
            if arriving.pack.key not in self._asleep:
                return
            self._asleep.remove(arriving.pack.key)
        self._start(arriving)

    def _start(self, arriving: Arriving) -> None:
        with self._lock:
            is_late, is_enough = self._closed, self._workers == limits.GHA_STREAMS_MAX
            if not is_late:
                self._queue.append(arriving)
                self._workers += not is_enough
        if is_late:
            arriving.close()
        if is_late or is_enough:
            return
        # A daemon thread: a process that ends does not wait for a stream.
        threading.Thread(target=self._work, name="gha-pack", daemon=True).start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if self._closed or not self._queue:
                    self._workers -= 1
                    return
                arriving = self._queue.popleft()
            arriving.run()
