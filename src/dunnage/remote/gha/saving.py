"""A save: what was collected, and what is repacked, become packs; then one manifest that lists them all."""

import time
from collections.abc import Mapping, Sequence
from typing import Final

from dunnage.remote import limits
from dunnage.remote.contract import BlobName, Record
from dunnage.remote.gha import compose, manifest
from dunnage.remote.gha.arrivals import Arrivals
from dunnage.remote.gha.collected import Collected, Spool
from dunnage.remote.gha.environment import Settings
from dunnage.remote.gha.lane import MANIFESTS, Lane
from dunnage.remote.gha.manifest import Manifest, Pack, Where
from dunnage.remote.gha.plan import Plan, Standing, plan
from dunnage.remote.gha.save import Frame, Uploader, build, divided

_PACKS: Final = "dunnage-p1/"
"""What keys of packs begin with; as for manifests, the lane follows."""


class Saving:
    """Saves, one after another."""

    def __init__(
        self, settings: Settings, lane: Lane, arrivals: Arrivals, collected: Collected, uploader: Uploader
    ) -> None:
        self._settings = settings
        self._lane = lane
        self._arrivals = arrivals
        self._collected = collected
        self._uploader = uploader
        self._unlisted = False
        """Packs were uploaded that no manifest lists yet."""

    def save(self) -> None:
        """Upload what is new. RemoteError; what could not be uploaded is still collected then."""
        spools, records = self._collected.take()
        if spools or records or self._unlisted:
            with self._lane.saving() as there:
                view = self._save_packs(there, spools)
                self._save_manifest(view, records)

    def _save_packs(self, view: Manifest, spools: Sequence[Spool]) -> Manifest:
        """Upload what is new, and what is hot of packs that are given up; what is there then."""
        new = [
            Frame(blob, spool.file, *place)
            for spool in spools
            for blob, place in spool.frames.items()
            if blob not in view.blobs or self._arrivals.is_gone(view.blobs[blob].pack)
        ]
        decided = self._plan(view, sum(frame.length for frame in new))
        order = self._lane.wanted()
        frames = new + self._repacked(view, decided)
        frames.sort(key=lambda frame: order.get(frame.name, len(order)))
        packs, moved = self._upload(frames)
        after = compose.repacked(view, decided.keep, packs, moved)
        self._lane.go_by(after)
        self._unlisted = True
        self._collected.release(spools)
        self._arrivals.forget(view.packs.keys() - after.packs.keys())
        return after

    def _plan(self, view: Manifest, new_bytes: int) -> Plan:
        """What to do with each pack. What is to be repacked and has not arrived is waited for, within reason."""
        hot, share = compose.hot_bytes(view), self._settings.share_bytes
        is_there, is_gone = self._arrivals.is_there, self._arrivals.is_gone
        packs = view.packs.values()
        wished = [
            Standing(each.key, each.size, hot[each.key], not is_gone(each.key), is_gone(each.key))
            for each in packs
        ]
        decided = plan(wished, new_bytes, share)
        if all(map(is_there, decided.repack)):
            return decided
        self._arrivals.fetch(decided.repack, time.monotonic() + limits.GHA_WAIT_S)
        found = [
            Standing(each.key, each.size, hot[each.key], is_there(each.key), is_gone(each.key))
            for each in packs
        ]
        return plan(found, new_bytes, share)

    def _repacked(self, view: Manifest, decided: Plan) -> list[Frame]:
        """The hot blobs of packs that are given up."""
        frames = []
        for blob, where in view.blobs.items():
            if where.pack in decided.repack and where.idle < limits.GHA_HOT_JOBS:
                found = self._arrivals.frame(blob, where)
                if found is not None:
                    file, packed = found
                    frames.append(Frame(blob, file, packed.offset, packed.length))
        return frames

    def _upload(self, frames: Sequence[Frame]) -> tuple[list[Pack], Mapping[BlobName, Where]]:
        """The packs of these frames, and where each is now."""
        packs: list[Pack] = []
        moved: dict[BlobName, Where] = {}
        for group in divided(frames):
            built = build(group)
            try:
                key = self._uploader.put(f"{_PACKS}{self._settings.lane}/", built.file, built.size)
            except BaseException:
                built.file.close()
                self._arrivals.forget(pack.key for pack in packs)  # the next save begins anew
                raise
            packs.append(Pack(key, built.size, int(time.time())))
            self._arrivals.own(packs[-1], built.file, built.objects)
            moved.update({each.name: Where(key, each.offset, each.length) for each in built.objects})
        return packs, moved

    def _save_manifest(self, view: Manifest, records: Sequence[Record]) -> None:
        view = compose.saved(compose.with_records(view, records))
        key = self._uploader.put_bytes(f"{MANIFESTS}{self._settings.lane}/", manifest.encode(view))
        self._lane.go_by(view, key)
        self._unlisted = False
        self._collected.settle(records)
