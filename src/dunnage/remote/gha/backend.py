"""GitHub's cache behind the contract.

The first question makes one request, for the newest manifest of the lane; then the packs that it lists arrive in the
background, while callers ask for what is in them. What is put is collected here until `flush` makes it packs and one
manifest. A pack that was evicted meanwhile, or came damaged, is absence.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import BinaryIO

from dunnage.errors import RemoteDamaged, RemoteRefused
from dunnage.remote import limits
from dunnage.remote.contract import Backend, BlobName, BlobSource, Coming, Record, RecordName, Traits
from dunnage.remote.gha.arrivals import Arrivals
from dunnage.remote.gha.azure import Expired
from dunnage.remote.gha.collected import Collected
from dunnage.remote.gha.environment import Settings, settings_of
from dunnage.remote.gha.http import Http
from dunnage.remote.gha.lane import Lane
from dunnage.remote.gha.manifest import Where
from dunnage.remote.gha.save import Uploader
from dunnage.remote.gha.saving import Saving
from dunnage.remote.gha.service import Service
from dunnage.remote.url import RemoteUrl


def open_backend(url: RemoteUrl, environ: Mapping[str, str]) -> Backend:
    """The cache of the job that the environment is of. ConfigError."""
    return GhaBackend(settings_of(url, environ), Http(environ))


class GhaBackend:
    """GitHub's cache, as one job uses it."""

    def __init__(self, settings: Settings, http: Http, now: Callable[[], float] = time.monotonic) -> None:
        self.traits = Traits(
            wants_packs=True, read_only=not settings.may_write, sends_ahead=settings.may_read
        )
        self._settings = settings
        self._http = http
        # Entries of another version are never seen: the namespace is as good as another repository.
        version = hashlib.sha256(f"dunnage-1|{settings.namespace}".encode()).hexdigest()
        self._service = Service(http, settings.results_url, settings.token, version, now)
        self._arrivals = Arrivals(http, self._service)
        self._lane = Lane(settings, http, self._service, self._arrivals, now)
        self._collected = Collected(settings.share_bytes)
        uploader = Uploader(http, self._service, settings.run)
        self._saving = Saving(settings, self._lane, self._arrivals, self._collected, uploader)
        self._one_save = threading.Lock()
        self._denied: RemoteRefused | None = None
        """The service said that this job may not write."""

    @property
    def requests(self) -> int:
        """How often the cache service was asked: GitHub's limits are by that."""
        return self._service.requests

    @property
    def broken(self) -> int:
        """How many blobs came damaged, or were not where the manifest says."""
        return self._lane.broken

    def check(self) -> None:
        """Look for the manifest, so that the packs set out. RemoteRefused: this job may neither read nor write."""
        self._may_use()
        self._lane.look()

    def get_records(self, names: Sequence[RecordName]) -> dict[RecordName, bytes]:
        """Those that the manifest holds, and those that were put."""
        if not names:
            return {}
        self._may_use()
        self._lane.look()
        found = self._records(names)
        if len(found) < len(names) and self._lane.look_anew():
            found = self._records(names)
        self._lane.use(found)
        return found

    def put_records(self, records: Sequence[Record]) -> None:
        """Collect them for the next manifest."""
        self._may_write()
        for record in records:
            kept = self._lane.record(record.name)
            is_known = kept is not None and (kept.body, kept.blobs) == (record.body, record.blobs)
            if not is_known or self._collected.record(record.name):
                self._collected.add_record(record)
            self._lane.want(record.blobs)
        self._lane.use(record.name for record in records)

    def missing(self, blobs: Sequence[BlobName]) -> list[BlobName]:
        """Those that neither a pack holds nor was put."""
        if not blobs:
            return []
        self._lane.look()
        self._lane.want(blobs)
        return [blob for blob in blobs if not self._is_known(blob)]

    def get_blobs(self, blobs: Sequence[BlobName], into: Callable[[BlobName], BinaryIO]) -> set[BlobName]:
        """Write those that packs hold, each as soon as it has arrived."""
        if not blobs:
            return set()
        self._lane.look()
        self._lane.want(blobs)
        if not all(self._is_known(blob) for blob in blobs):
            self._lane.look_anew()
        until_s = time.monotonic() + limits.GHA_WAIT_S
        return {blob for blob in dict.fromkeys(blobs) if self._get(blob, into, until_s)}

    def arriving(self) -> Iterator[Coming]:
        """What the packs hold that the manifest knows of. It is not hot for that."""
        self._may_use()
        self._lane.look()
        for pack, packed, write_to in self._arrivals.arriving():
            where = self._lane.where(packed.name)
            if where is not None and (where.pack, where.offset) == (pack, packed.offset):
                yield Coming(packed.name, write_to)

    def doubt(self, blobs: Sequence[BlobName]) -> None:
        """Pack these anew when they come."""
        for blob in blobs:
            if (where := self._lane.where(blob)) is not None:
                self._lane.lost(blob, where)

    def put_blobs(self, blobs: Sequence[BlobSource]) -> None:
        """Collect them for the next packs. RemoteFull: they are more than our share."""
        self._may_write()
        for source in blobs:
            if not self._is_known(source.name):
                self._collected.add_blob(source)
        self._lane.want(source.name for source in blobs)

    def flush(self) -> None:
        """Upload what was collected: packs, and then the manifest that lists them."""
        if self.traits.read_only:
            return
        with self._one_save:
            self._may_write()
            try:
                self._saving.save()
            except Expired:
                raise
            except RemoteRefused as error:
                self._denied = error
                raise

    def close(self) -> None:
        """Break off what is on its way, and give back files and connections."""
        self._arrivals.close()
        self._collected.close()
        self._http.close()

    def _may_use(self) -> None:
        if not self._settings.may_read and not self._settings.may_write:
            raise RemoteRefused(
                "This job may not use GitHub's cache: ACTIONS_CACHE_MODE, or its token.",
                hint="Leave out the variable, or this remote.",
            )

    def _may_write(self) -> None:
        if self.traits.read_only:
            raise RemoteRefused(
                "This job may not write to GitHub's cache: ACTIONS_CACHE_MODE, or its token.", hint=""
            )
        if self._denied is not None:
            raise self._denied

    def _is_known(self, blob: BlobName) -> bool:
        return blob in self._collected or self._lane.where(blob) is not None

    def _records(self, names: Sequence[RecordName]) -> dict[RecordName, bytes]:
        found = {name: self._collected.record(name) or self._lane.record(name) for name in names}
        return {name: kept.body for name, kept in found.items() if kept is not None}

    def _get(self, blob: BlobName, into: Callable[[BlobName], BinaryIO], until_s: float) -> bool:
        if not self._is_known(blob):
            return False
        target = into(blob)
        if self._collected.get(blob, target):
            return True
        before: Where | None = None
        while (where := self._lane.where(blob)) not in {None, before}:
            assert where is not None
            try:
                if self._arrivals.get(blob, where, target, until_s):
                    return True
            except RemoteDamaged:
                self._lane.lost(blob, where)
                return False  # absence: whoever misses it puts it anew
            before = where  # a save may have moved it meanwhile
        if where is not None:
            self._lane.lost(blob, where)
        return False
