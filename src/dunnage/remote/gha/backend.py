"""GitHub's cache behind the contract.

The first question makes one request, for the newest manifest of the lane; then the packs that it lists arrive in the
background, while callers ask for what is in them. What is put is collected here until `flush` makes it packs and one
manifest. A pack that was evicted meanwhile, or came damaged, is absence.
"""

import hashlib
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import BinaryIO, Final

from dunnage import limits
from dunnage.errors import RemoteDamaged, RemoteRefused
from dunnage.remote.contract import Backend, BlobName, BlobSource, Record, RecordName, Traits
from dunnage.remote.gha import azure, compose, manifest
from dunnage.remote.gha.arrivals import Arrivals
from dunnage.remote.gha.collected import Collected, Spool
from dunnage.remote.gha.compose import Used
from dunnage.remote.gha.environment import Settings, settings_of
from dunnage.remote.gha.http import Http
from dunnage.remote.gha.manifest import Manifest, Pack, Where
from dunnage.remote.gha.plan import Standing, plan
from dunnage.remote.gha.save import Frame, Uploader, build, divided
from dunnage.remote.gha.service import Service
from dunnage.remote.url import RemoteUrl

_PACKS: Final = "dunnage-p1/"
_MANIFESTS: Final = "dunnage-m1/"
"""What keys begin with: the numbers are those of the formats. A lane follows, which holds no `/`, and a `/`."""


def open_backend(url: RemoteUrl, environ: Mapping[str, str]) -> Backend:
    """The cache of the job that the environment is of. ConfigError."""
    return GhaBackend(settings_of(url, environ), Http(environ))


class GhaBackend:
    """One job's view of its lane."""

    def __init__(self, settings: Settings, http: Http, now: Callable[[], float] = time.monotonic) -> None:
        version = hashlib.sha256(f"dunnage-1|{settings.namespace}".encode()).hexdigest()
        self.traits = Traits(wants_packs=True, read_only=not settings.may_write)
        self._settings = settings
        self._http = http
        self._now = now
        self._service = Service(http, settings.results_url, settings.token, version, now)
        self._arrivals = Arrivals(http, self._service)
        self._uploader = Uploader(http, self._service, settings.run)
        self._collected = Collected(settings.share_bytes)
        self._looking = threading.Lock()
        self._saving = threading.Lock()
        self._lock = threading.Lock()
        # All below is guarded by `_lock`.
        self._view = Manifest()
        self._seen_key = ""
        """Key of the manifest that `_view` comes from."""
        self._looked_s: float | None = None
        self._wanted: dict[BlobName, None] = {}
        """In the order in which they were first wanted."""
        self._used: set[RecordName] = set()
        self._broken: set[BlobName] = set()
        """Blobs that are not where the manifest says."""
        self._ages = 1
        """By how many jobs a save ages what was not used: only the first of a job does."""
        self._unsaved = False
        """Packs were uploaded that no manifest lists yet."""
        self._denied: RemoteRefused | None = None

    @property
    def requests(self) -> int:
        """How often the cache service was asked: GitHub's limits are by that."""
        return self._service.requests

    @property
    def broken(self) -> int:
        """How many blobs came damaged, or were not where the manifest says."""
        with self._lock:
            return len(self._broken)

    def check(self) -> None:
        """Look for the manifest, so that the packs set out. RemoteRefused: this job may neither read nor write."""
        if not self._settings.may_read and not self._settings.may_write:
            raise RemoteRefused("This job may not use GitHub's cache (ACTIONS_CACHE_MODE).", hint="")
        self._look_once()

    def get_records(self, names: Sequence[RecordName]) -> dict[RecordName, bytes]:
        """Those that the manifest holds."""
        if not names:
            return {}
        self._look_once()
        found = self._records(names)
        if len(found) < len(names) and self._look_anew():
            found = self._records(names)
        return found

    def put_records(self, records: Sequence[Record]) -> None:
        """Collect them for the next manifest."""
        self._may_write()
        for record in records:
            with self._lock:
                kept = self._view.records.get(record.name)
                self._used.add(record.name)
                self._wanted.update(dict.fromkeys(record.blobs))
            is_known = kept is not None and (kept.body, kept.blobs) == (record.body, record.blobs)
            if not is_known or self._collected.record(record.name):
                self._collected.add_record(record)

    def missing(self, blobs: Sequence[BlobName]) -> list[BlobName]:
        """Those that neither a pack holds nor was put."""
        if not blobs:
            return []
        self._look_once()
        absent = [blob for blob in blobs if blob not in self._collected and self._where(blob) is None]
        with self._lock:
            self._wanted.update(dict.fromkeys(blobs))
        return absent

    def get_blobs(self, blobs: Sequence[BlobName], into: Callable[[BlobName], BinaryIO]) -> set[BlobName]:
        """Write those that packs hold, each as soon as it has arrived."""
        if not blobs:
            return set()
        self._look_once()
        with self._lock:
            self._wanted.update(dict.fromkeys(blobs))
        if any(blob not in self._collected and self._where(blob) is None for blob in blobs):
            self._look_anew()
        until_s = time.monotonic() + limits.GHA_WAIT_S
        return {blob for blob in dict.fromkeys(blobs) if self._get(blob, into, until_s)}

    def put_blobs(self, blobs: Sequence[BlobSource]) -> None:
        """Collect them for the next packs."""
        self._may_write()
        for source in blobs:
            if self._where(source.name) is None:
                self._collected.add_blob(source)
            with self._lock:
                self._wanted.setdefault(source.name)

    def flush(self) -> None:
        """Upload what was collected: packs, and then the manifest that lists them."""
        if self.traits.read_only:
            return
        with self._saving:
            spools, records = self._collected.take()
            if not (spools or records or self._unsaved):
                return
            self._may_write()
            self._look_before_save()
            try:
                self._save_packs(spools)
                self._save_manifest(records)
            except azure.Expired:
                raise
            except RemoteRefused as error:
                with self._lock:
                    self._denied = error
                raise

    def close(self) -> None:
        """Break off what is on its way, and give back files and connections."""
        self._arrivals.close()
        self._collected.close()
        self._http.close()

    def _may_write(self) -> None:
        if self.traits.read_only:
            raise RemoteRefused(
                "This job may not write to GitHub's cache: its token, or ACTIONS_CACHE_MODE, says so.",
                hint="",
            )
        if self._denied is not None:
            raise self._denied

    def _records(self, names: Sequence[RecordName]) -> dict[RecordName, bytes]:
        found = {}
        for name in names:
            put = self._collected.record(name)
            with self._lock:
                kept = put or (self._view.records.get(name) if self._settings.may_read else None)
                if kept is not None:
                    found[name] = kept.body
                    self._used.add(name)
        return found

    def _where(self, blob: BlobName) -> Where | None:
        """Where a blob is, or will be once it has arrived."""
        with self._lock:
            where = None if blob in self._broken else self._view.blobs.get(blob)
        return None if where is None or self._arrivals.is_gone(where.pack) else where

    def _get(self, blob: BlobName, into: Callable[[BlobName], BinaryIO], until_s: float) -> bool:
        if self._where(blob) is None and blob not in self._collected:
            return False
        target = into(blob)
        if self._collected.get(blob, target):
            return True
        where = self._where(blob)
        try:
            if where is not None and self._arrivals.get(blob, where, target, until_s):
                return True
        except RemoteDamaged:
            pass  # absence: whoever misses it puts it anew
        with self._lock:
            if (
                where is not None
                and self._view.blobs.get(blob) == where
                and not self._arrivals.is_gone(where.pack)
            ):
                self._broken.add(blob)
        return False

    # --- the manifest that is there ---------------------------------------------------------------

    def _look_once(self) -> None:
        """Look for the newest manifest, unless that was done. RemoteError; then the next call looks again."""
        if self._looked_s is None and self._settings.may_read:
            with self._looking:
                if self._looked_s is None:
                    self._look()

    def _look_anew(self) -> bool:
        """Look for a newer manifest where the last look was long enough ago; whether there is one."""
        refresh_s = self._settings.refresh_s
        if refresh_s is None or not self._settings.may_read or not self._saving.acquire(blocking=False):
            return False  # a save looks by itself
        try:
            with self._looking:
                if self._looked_s is not None and self._now() < self._looked_s + refresh_s:
                    return False
                before = self._seen_key
                self._look()
                return self._seen_key != before
        finally:
            self._saving.release()

    def _look(self) -> None:
        """Go by the newest manifest from now on. RemoteError; RemoteDamaged once, then it is as if there were none.

        Whoever calls holds `_looking`.
        """
        lanes = (self._settings.lane, *self._settings.restore)
        found = self._service.newest([f"{_MANIFESTS}{lane}/" for lane in lanes])
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
            self._arrivals.expect(newest.packs.values())
        self._looked_s = self._now()

    def _fetched(self, key: str, url: str) -> Manifest:
        """A manifest, within our share. RemoteError."""
        address = azure.Address(lambda: self._service.exactly(key), url)
        try:
            data = azure.fetch(self._http, address, limits.GHA_MANIFEST_BYTES_MAX)
        except azure.Gone:
            return Manifest()
        return compose.within(manifest.decode(data), self._settings.share_bytes)

    def _look_before_save(self) -> None:
        """Somebody else may have saved meanwhile: what he did is not to be lost."""
        if self._settings.may_read:
            try:
                with self._looking:
                    self._look()
            except RemoteDamaged:
                pass  # what is saved now takes its place

    # --- the manifest that will be ----------------------------------------------------------------

    def _save_packs(self, spools: list[Spool]) -> None:
        """Upload what is new, and what is hot of packs that are given up; `_view` names them then."""
        with self._lock:
            used = Used(dict(self._wanted), set(self._used))
            there = {blob: where for blob, where in self._view.blobs.items() if blob not in self._broken}
            view = compose.aged(Manifest(self._view.packs, there, self._view.records), used, self._ages)
        hot = compose.hot_bytes(view)
        standings = [
            Standing(key, pack.size, hot[key], self._arrivals.is_there(key), self._arrivals.is_gone(key))
            for key, pack in view.packs.items()
        ]
        new = [
            Frame(blob, spool.file, *place)
            for spool in spools
            for blob, place in spool.frames.items()
            if blob not in view.blobs or self._arrivals.is_gone(view.blobs[blob].pack)
        ]
        decided = plan(standings, sum(frame.length for frame in new), self._settings.share_bytes)
        moving = [
            (blob, where)
            for blob, where in view.blobs.items()
            if where.pack in decided.repack and where.idle < limits.GHA_HOT_JOBS
        ]
        frames = new + self._frames(moving)
        order = {blob: number for number, blob in enumerate(used.blobs)}
        frames.sort(key=lambda frame: order.get(frame.name, len(order)))
        packs, moved = self._upload(frames)
        view = compose.repacked(view, decided.keep, packs, moved)
        with self._lock:
            given_up = self._view.packs.keys() - view.packs.keys()
            self._view = view
            self._ages = 0
            self._broken.difference_update(moved)
            self._unsaved = True
        self._collected.release(spools)
        self._arrivals.forget(given_up)

    def _frames(self, moving: Sequence[tuple[BlobName, Where]]) -> list[Frame]:
        frames = []
        for blob, where in moving:
            found = self._arrivals.frame(blob, where)
            if found is not None:
                file, packed = found
                frames.append(Frame(blob, file, packed.offset, packed.length))
        return frames

    def _upload(self, frames: Sequence[Frame]) -> tuple[list[Pack], dict[BlobName, Where]]:
        """The packs of these frames, and where each is now."""
        packs, moved = [], {}
        for group in divided(frames):
            built = build(group)
            try:
                key = self._uploader.put(f"{_PACKS}{self._settings.lane}/", built.file, built.size)
            except BaseException:
                built.file.close()
                raise
            packs.append(Pack(key, built.size, int(time.time())))
            self._arrivals.own(packs[-1], built.file, built.objects)
            moved.update({each.name: Where(key, each.offset, each.length) for each in built.objects})
        return packs, moved

    def _save_manifest(self, records: Sequence[Record]) -> None:
        with self._lock:
            view = compose.saved(compose.with_records(self._view, records))
        data = manifest.encode(view)
        with tempfile.TemporaryFile(prefix="dunnage-manifest-") as file:
            file.write(data)
            file.flush()
            key = self._uploader.put(f"{_MANIFESTS}{self._settings.lane}/", file, len(data))
        with self._lock:
            self._view = view
            self._seen_key = key
            self._unsaved = False
        self._collected.settle(records)
