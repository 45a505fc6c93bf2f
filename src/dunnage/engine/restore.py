"""Restore: the files and streams of a result, written by the client with today's places."""

import os

from dunnage.engine.launchers import as_launcher
from dunnage.engine.subject import Known, Missed, Subject
from dunnage.errors import BlobCorrupt, BlobMissing
from dunnage.keys.template import fill
from dunnage.model.action import ActionResult, StoredFile
from dunnage.model.view import RestoreFile, View, exists
from dunnage.store.store import Store


def restore(view: View, subject: Subject, known: Known, result: ActionResult, store: Store) -> Missed | None:
    """Let the client write a result and end with it; None when that was done, a miss when a blob is not there.

    Raises:
        ViewGone: `write-failed` when the client could not write a file and runs the compiler instead.
        StoreError.
    """
    files: list[RestoreFile] = []
    try:
        stored = iter(result.outputs)
        for output in subject.unit.outputs:
            if output.kind == "dep-info":
                files.append(RestoreFile(output.path, False, None, fill(result.dep_info, subject.roots)))
                continue
            item = next(stored)
            file = _file(output.path, item, store)
            if subject.unit.launcher:
                file = as_launcher(file, item.digest)
            files.append(file)
        files.extend(
            _file(_listed(subject, item), item, store) for item in stored
        )  # one that fails keeps the rest
        records = view.restore(files, fill(result.stdout, subject.roots), fill(result.stderr, subject.roots))
    except BlobMissing as error:
        return Missed("evicted", str(error))
    except BlobCorrupt as error:
        return Missed("corrupt", str(error))
    finally:
        for file in files:
            if file.descriptor is not None:
                os.close(file.descriptor)
    written = [record for file, record in zip(files, records, strict=True) if file.descriptor is not None]
    for item, record in zip(result.outputs, written, strict=True):
        if exists(record) and not subject.unit.launcher:  # which is another file than the one that is kept
            store.remember(record, view.mount_namespace, item.digest)
    store.used(subject.key, known.paths, known.action, result)
    return None


def _file(path: str, item: StoredFile, store: Store) -> RestoreFile:
    return RestoreFile(path, item.executable, store.open_blob(item.digest, item.size))


def _listed(subject: Subject, item: StoredFile) -> str:
    """Where a file belongs that only the compiler could name."""
    assert subject.unit.listing is not None  # the same words, the same listing
    return f"{subject.unit.listing.directory}/{item.listed_name}"
