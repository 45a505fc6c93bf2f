"""What a job knows of its lane: the newest manifest that it has seen, what it used of it, and what of it is not so."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from dunnage.errors import RemoteDamaged, RemoteError
from dunnage.remote import limits
from dunnage.remote.contract import BlobName, RecordName
from dunnage.remote.gha import azure, compose, manifest
from dunnage.remote.gha.arrivals import Arrivals
from dunnage.remote.gha.compose import Used
from dunnage.remote.gha.environment import Settings
from dunnage.remote.gha.http import Http
from dunnage.remote.gha.manifest import Kept, Manifest, Where
from dunnage.remote.gha.service import Service

MANIFESTS: Final = "dunnage-m1/"
"""What keys of manifests begin with: the number is the format's. The lane follows, which holds no `/`, and a `/`."""


class Lane:
    """The lane, as one job sees it."""

    def __init__(
        self,
        settings: Settings,
        http: Http,
        service: Service,
        arrivals: Arrivals,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._http = http
        self._service = service
        self._arrivals = arrivals
        self._now = now
        self._looking = threading.Lock()
        """Held while the service is asked. It guards these:"""
        self._looked_s: float | None = None
        self._failure: RemoteError | None = None
        """Why the last look failed."""
        self._is_saving = False
        self._lock = threading.Lock()
        """Held for moments only. It guards these:"""
        self._view = Manifest()
        self._seen_key = ""
        """Key of the manifest that `_view` comes from."""
        self._wanted: dict[BlobName, None] = {}
        """In the order in which they were first wanted."""
        self._used: set[RecordName] = set()
        self._broken: set[BlobName] = set()
        self._ages = 1
        """By how many jobs a save ages what was not used: only the first save of a job does."""

    def look(self) -> None:
        """Look for the newest manifest, unless that was done. RemoteError; then the next call looks again."""
        if self._has_looked():
            return
        failure = self._failure
        with self._looking:
            if self._has_looked():
                return
            if self._failure is not None and self._failure is not failure:
                raise self._failure  # of whoever asked while we waited to
            self._look()

    def look_anew(self) -> bool:
        """Something is absent: look for a newer manifest where the last look was long enough ago; whether it was."""
        refresh_s = self._settings.refresh_s
        if refresh_s is None or not self._settings.may_read:
            return False
        with self._looking:
            is_time = self._looked_s is None or self._now() >= self._looked_s + refresh_s
            if is_time and not self._is_saving:
                self._look()
            return is_time

    @contextmanager
    def saving(self) -> Iterator[Manifest]:
        """The newest manifest, aged, to save another upon, so that nothing is lost that others saved. RemoteError."""
        with self._looking:
            if self._settings.may_read:
                try:
                    self._look(fetch=False)
                except RemoteDamaged:
                    pass  # what is saved now takes its place
            self._is_saving = True
        try:
            with self._lock:
                there = {blob: where for blob, where in self._view.blobs.items() if blob not in self._broken}
                view = Manifest(self._view.packs, there, self._view.records)
                aged = compose.aged(view, Used(self._wanted, self._used), self._ages)
            yield aged
        finally:
            with self._looking:
                self._is_saving = False

    def go_by(self, view: Manifest, key: str = "") -> None:
        """This is what is there now: packs that were just uploaded are in it, and the manifest of that key says so."""
        with self._lock:
            self._broken -= {
                blob for blob, where in view.blobs.items() if self._view.blobs.get(blob) != where
            }
            self._view = view
            self._ages = 0
            self._seen_key = key or self._seen_key

    def record(self, name: RecordName) -> Kept | None:
        """A record of the manifest."""
        with self._lock:
            return self._view.records.get(name)

    def where(self, blob: BlobName) -> Where | None:
        """Where a blob is, or will be once it has arrived."""
        with self._lock:
            where = None if blob in self._broken else self._view.blobs.get(blob)
        return None if where is None or self._arrivals.is_gone(where.pack) else where

    def want(self, blobs: Iterable[BlobName]) -> None:
        """These are hot, in this order behind those before."""
        with self._lock:
            for blob in blobs:
                self._wanted.setdefault(blob)

    def use(self, names: Iterable[RecordName]) -> None:
        """These are hot."""
        with self._lock:
            self._used.update(names)

    def wanted(self) -> dict[BlobName, int]:
        """Which place each blob has in the order in which they were first wanted."""
        with self._lock:
            return {blob: number for number, blob in enumerate(self._wanted)}

    def lost(self, blob: BlobName, where: Where) -> None:
        """A blob was not there, or damaged: it is absent from now on, unless it was gone anyway."""
        with self._lock:
            if self._view.blobs.get(blob) == where and not self._arrivals.is_gone(where.pack):
                self._broken.add(blob)

    @property
    def broken(self) -> int:
        """How many blobs are not where the manifest says."""
        with self._lock:
            return len(self._broken)

    def _has_looked(self) -> bool:
        return self._looked_s is not None or not self._settings.may_read

    def _look(self, *, fetch: bool = True) -> None:
        """Go by the newest manifest from now on. RemoteError; RemoteDamaged once, then it is as if there were none."""
        try:
            self._adopt(self._service.newest([f"{MANIFESTS}{lane}/" for lane in self._lanes()]), fetch=fetch)
        except RemoteError as error:
            self._failure = error
            raise
        self._looked_s = self._now()

    def _adopt(self, found: tuple[str, str] | None, *, fetch: bool) -> None:
        if found is not None and found[0] != self._seen_key:
            key, url = found
            try:
                newest = self._fetched(key, url)
            except RemoteDamaged:
                self._seen_key, self._looked_s = key, self._now()
                raise
            with self._lock:
                self._view = compose.joined(newest, self._view, Used(self._wanted, self._used))
                self._seen_key = key
            self._arrivals.expect(newest.packs.values(), at_once=fetch)

    def _fetched(self, key: str, url: str) -> Manifest:
        """A manifest, within our share. RemoteError."""
        address = azure.Address(lambda: self._service.exactly(key), url)
        try:
            data = azure.fetch(self._http, address, limits.GHA_MANIFEST_BYTES_MAX)
        except azure.Gone:
            return Manifest()
        return compose.within(manifest.decode(data), self._settings.share_bytes)

    def _lanes(self) -> Sequence[str]:
        return self._settings.lane, *self._settings.restore
