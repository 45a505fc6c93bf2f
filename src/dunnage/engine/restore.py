"""Restore: the files and streams of a result, written by the client with today's places.

Of a library cargo hears while the rest is still being copied that dep-info and metadata are there, the first two files:
its dependents need no more, and the rest is most of it.
"""

import os
from dataclasses import replace
from typing import Final

from dunnage import limits
from dunnage.compilers.rustc.notices import until_metadata
from dunnage.engine.launchers import as_launcher
from dunnage.engine.subject import Known, Missed, Subject
from dunnage.errors import BlobCorrupt, BlobMissing
from dunnage.keys.template import fill
from dunnage.model.action import ActionResult, StoredFile
from dunnage.model.unit import Unit
from dunnage.model.view import Made, RestoreFile, View, exists
from dunnage.store.store import Store

_LENT: Final = ("metadata", "link")


def restore(view: View, subject: Subject, known: Known, result: ActionResult, store: Store) -> Missed | None:
    """Let the client write a result and end with it; None when that was done, a miss when a blob is not there.

    Raises:
        ViewGone: `write-failed` when the client could not write a file and runs the compiler instead.
        StoreError.
    """
    files: list[RestoreFile] = []
    try:
        paths = _open(subject, result, store, files)
        stderr = _announce(files, subject.unit, fill(result.stderr, subject.roots))
        records = view.restore(files, fill(result.stdout, subject.roots), stderr)
    except BlobMissing as error:
        return Missed("evicted", str(error))
    except BlobCorrupt as error:
        return Missed("corrupt", str(error))
    finally:
        for file in files:
            if file.descriptor is not None:
                os.close(file.descriptor)
    if not subject.unit.launcher:  # what then stands there is another file than the one that is kept
        written = dict(zip((file.path for file in files), records, strict=True))
        for path, item in zip(paths, result.outputs, strict=True):
            if exists(record := written[path]):
                if _is_lent(item):
                    store.lent(item.digest, record)
                store.remember(record, view.mount_namespace, item.digest)
    store.used(subject.key, known.paths, known.action, result)
    return None


def _open(subject: Subject, result: ActionResult, store: Store, files: list[RestoreFile]) -> list[str]:
    """Append all files, those that are stored with their blobs; the paths of these. One that fails keeps the rest."""
    paths: list[str] = []
    stored = iter(result.outputs)
    for output in subject.unit.outputs:
        if output.kind == "dep-info":
            files.append(RestoreFile(output.path, False, None, fill(result.dep_info, subject.roots)))
            continue
        item = next(stored)
        file = _file(output.path, item, store)
        files.append(as_launcher(file, item.digest) if subject.unit.launcher else file)
        paths.append(output.path)
    for item in stored:
        files.append(_file(_listed(subject, item), item, store))
        paths.append(files[-1].path)
    return paths


def _announce(files: list[RestoreFile], unit: Unit, stderr: bytes) -> bytes:
    """Give the metadata what may be said when they are in place, if more comes behind them; what is left to say."""
    kinds = [output.kind for output in unit.outputs]
    end = until_metadata(stderr) if {"metadata", "link"} <= set(kinds) else 0
    if not 0 < end <= limits.NOTICE_BYTES_MAX:
        return stderr
    place = kinds.index("metadata")
    files[place] = replace(files[place], notice=stderr[:end])
    return stderr[end:]


def _file(path: str, item: StoredFile, store: Store) -> RestoreFile:
    made = Made.LENT if _is_lent(item) else Made.FILE
    return RestoreFile(path, item.executable, store.open_blob(item.digest, item.size), made=made)


def _is_lent(item: StoredFile) -> bool:
    """Whether a target directory may hold the blob itself: only what nothing but rustc and cargo ever writes, and these
    make it anew. Programs are stripped and signed in place, objects are patched.
    """
    return item.kind in _LENT and not item.executable


def _listed(subject: Subject, item: StoredFile) -> str:
    """Where a file belongs that only the compiler could name."""
    assert subject.unit.listing is not None  # the same words, the same listing
    return f"{subject.unit.listing.directory}/{item.listed_name}"
