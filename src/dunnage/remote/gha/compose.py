"""From the manifest that was there to the one that is saved, and from two manifests to what a job goes by. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from dunnage.remote import limits
from dunnage.remote.contract import BlobName, Record, RecordName
from dunnage.remote.gha.manifest import Kept, Manifest, Pack, Where


@dataclass(frozen=True, slots=True)
class Used:
    """What a job asked for or put: that is hot."""

    blobs: Collection[BlobName]
    records: Collection[RecordName]


def aged(manifest: Manifest, used: Used, jobs: int) -> Manifest:
    """The same with what was used idle for no job, and the rest for so many more. Blobs of used records are used."""
    names, asked = set(used.blobs), set(used.records)
    for name in asked:
        kept = manifest.records.get(name)
        names.update(kept.blobs if kept else ())
    records = {
        name: replace(kept, idle=0 if name in asked else kept.idle + jobs)
        for name, kept in manifest.records.items()
    }
    blobs = {
        name: replace(where, idle=0 if name in names else where.idle + jobs)
        for name, where in manifest.blobs.items()
    }
    return Manifest(manifest.packs, blobs, records)


def hot_bytes(manifest: Manifest) -> dict[str, int]:
    """How much of each pack is hot."""
    hot = dict.fromkeys(manifest.packs, 0)
    for where in manifest.blobs.values():
        if where.idle < limits.GHA_HOT_JOBS:
            hot[where.pack] += where.length
    return hot


def with_records(manifest: Manifest, records: Iterable[Record]) -> Manifest:
    """The same with these records, too."""
    added = {record.name: Kept(record.body, record.blobs) for record in records}
    return Manifest(manifest.packs, manifest.blobs, {**manifest.records, **added})


def repacked(
    manifest: Manifest, keep: Collection[str], packs: Iterable[Pack], moved: Mapping[BlobName, Where]
) -> Manifest:
    """The same with only these of its packs, and new ones with these blobs in them; packs without a blob go."""
    blobs = {name: where for name, where in manifest.blobs.items() if where.pack in keep} | dict(moved)
    full = {where.pack for where in blobs.values()}
    kept = {key: pack for key, pack in manifest.packs.items() if key in keep}
    kept.update((pack.key, pack) for pack in packs)
    return Manifest({key: pack for key, pack in kept.items() if key in full}, blobs, manifest.records)


def saved(manifest: Manifest) -> Manifest:
    """The same without records that are of no use: forgotten ones, and those of which a blob is nowhere."""
    records = {
        name: kept
        for name, kept in manifest.records.items()
        if kept.idle < limits.GHA_IDLE_JOBS_MAX and all(blob in manifest.blobs for blob in kept.blobs)
    }
    return Manifest(manifest.packs, manifest.blobs, records)


def within(manifest: Manifest, bytes_max: int) -> Manifest:
    """The same without its oldest packs, where they are more than that together."""
    keep, left = set(), bytes_max
    for key, pack in reversed(list(manifest.packs.items())):
        left -= pack.size
        if left < 0:
            break
        keep.add(key)
    return manifest if len(keep) == len(manifest.packs) else repacked(manifest, keep, (), {})


def joined(newest: Manifest, ours: Manifest, used: Used) -> Manifest:
    """Somebody else's newest manifest, with what this job used and only its own knew."""
    blobs = {name: ours.blobs[name] for name in used.blobs if name in ours.blobs and name not in newest.blobs}
    records = {
        name: ours.records[name]
        for name in used.records
        if name in ours.records and name not in newest.records
    }
    lacking = {where.pack for where in blobs.values()} - newest.packs.keys()
    packs = {**newest.packs, **{key: pack for key, pack in ours.packs.items() if key in lacking}}
    return Manifest(packs, {**newest.blobs, **blobs}, {**newest.records, **records})
