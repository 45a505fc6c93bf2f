"""The tree that a build script leaves in OUT_DIR: taken into the store, and made anew from it.

A result's outputs are the files, by their paths below OUT_DIR; its directories stand in the place of dep-info. A tree
is made under another name beside OUT_DIR and moved over it when it is whole.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from dunnage import limits
from dunnage.engine.subject import Missed
from dunnage.errors import BlobCorrupt, BlobMissing
from dunnage.model.action import ActionResult, StoredFile
from dunnage.model.view import STAT, Made, RestoreFile, View, exists, is_directory, is_regular, record_of
from dunnage.store.contents import Look
from dunnage.store.store import Store

_SEPARATOR: Final = "\0"
_FILE_MODES: Final = (0o6, 0o7)
"""What the owner may do with a file: a restore gives the rest by the umask, as the script's own files got it."""
_DIRECTORY_MODE: Final = 0o7
_SPECIAL_BITS: Final = 0o7000


@dataclass(frozen=True, slots=True)
class Tree:
    """What OUT_DIR held when a run was done."""

    files: tuple[StoredFile, ...]
    directories: tuple[str, ...]

    def text(self) -> bytes:
        """The directories, as a result keeps them."""
        return _SEPARATOR.join(self.directories).encode("utf-8", "surrogateescape")


def is_untouched(view: View, out_dir: str) -> bool:
    """Whether OUT_DIR is empty or not there.

    Raises:
        ViewGone.
    """
    return not view.entries(out_dir)


def collect_tree(
    view: View, out_dir: str, store: Store, search: Callable[[], Look] | None = None
) -> Tree | Missed:
    """Put all files into the store, while the client waits: so nobody changes them, and few are open at once.
    `search`, if given, makes for each file what gets to see its bytes.

    Raises:
        ViewGone, StoreError.
    """
    names: list[str] = []
    directories: list[str] = []
    pending = [""]
    while pending:
        directory = pending.pop()
        for entry in view.entries(f"{out_dir}/{directory}".rstrip("/")) or ():
            name = f"{directory}{entry.name}"
            if entry.is_link:
                return Missed("run-odd-output", name)
            (directories if entry.is_dir else names).append(name)
            if entry.is_dir:
                pending.append(f"{name}/")
        if (
            len(names) + len(directories) > limits.RUN_FILES_MAX
            or directory.count("/") > limits.RUN_DEPTH_MAX
        ):
            return Missed("run-too-large", "files in OUT_DIR")
    names.sort()
    directories.sort()
    odd = _odd(view, out_dir, directories)
    files: list[StoredFile] = []
    for batch in _batches(names):
        stored = _put(view, out_dir, batch, store, search)
        if odd is not None or isinstance(stored, Missed):
            return odd or stored  # type: ignore[return-value]
        files += stored
        if sum(file.size for file in files) > limits.RUN_BYTES_MAX:
            return Missed("run-too-large", "bytes in OUT_DIR")
    return odd or Tree(tuple(files), tuple(directories))


def _batches(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), limits.FDS_PER_FRAME_MAX):
        yield names[start : start + limits.FDS_PER_FRAME_MAX]


def _odd(view: View, out_dir: str, directories: Sequence[str]) -> Missed | None:
    for name, record in zip(
        directories, view.stat([f"{out_dir}/{name}" for name in directories]), strict=True
    ):
        mode = STAT.unpack(record)[1]
        if not is_directory(record) or mode & _SPECIAL_BITS or mode >> 6 & 7 != _DIRECTORY_MODE:
            return Missed("run-odd-output", name)
    return None


def _put(
    view: View, out_dir: str, names: Sequence[str], store: Store, search: Callable[[], Look] | None
) -> list[StoredFile] | Missed:
    paths = [f"{out_dir}/{name}" for name in names]
    opened = view.open(paths)
    stored: list[StoredFile] = []
    try:
        for name, descriptor in zip(names, opened, strict=True):
            if descriptor is None:
                return Missed("run-odd-output", name)
            record = record_of(os.fstat(descriptor))
            mode = STAT.unpack(record)[1]
            if not is_regular(record) or mode & _SPECIAL_BITS or mode >> 6 & 7 not in _FILE_MODES:
                return Missed("run-odd-output", name)
            digest, size = store.put(descriptor, search and search())
            if record_of(os.fstat(descriptor)) != record:
                return Missed("output-changed", name)
            store.remember(record, view.mount_namespace, digest)
            stored.append(StoredFile(name, digest, size, bool(mode & 0o100)))
    finally:
        for descriptor in opened:
            if descriptor is not None:
                os.close(descriptor)
    return stored


def restore_tree(view: View, out_dir: str, result: ActionResult, store: Store) -> Missed | None:
    """Let the client make the tree of a result and end with its streams; None when that was done.

    Raises:
        ViewGone: `write-failed` when the client could not, and runs the program instead: OUT_DIR is as it was.
        StoreError.
    """
    try:
        for item in result.outputs:  # before anything is made
            os.close(store.open_blob(item.digest, item.size))
        staged = f"{out_dir}.dunnage-{os.urandom(6).hex()}"
        names = result.dep_info.decode("utf-8", "surrogateescape")
        directories = names.split(_SEPARATOR) if names else []
        places = [staged, *(f"{staged}/{name}" for name in directories)]
        view.write([RestoreFile(place, False, None, made=Made.DIRECTORY) for place in places])
        for start in range(0, len(result.outputs), limits.FDS_PER_FRAME_MAX):
            _write(view, staged, result.outputs[start : start + limits.FDS_PER_FRAME_MAX], store)
    except BlobMissing as error:
        return Missed("evicted", str(error))
    except BlobCorrupt as error:
        return Missed("corrupt", str(error))
    moved = RestoreFile(out_dir, False, None, staged.encode("utf-8", "surrogateescape"), Made.MOVED)
    view.restore([moved], result.stdout, result.stderr)
    return None


def _write(view: View, staged: str, items: Sequence[StoredFile], store: Store) -> None:
    files: list[RestoreFile] = []
    try:
        for item in items:
            descriptor = store.open_blob(item.digest, item.size)
            files.append(RestoreFile(f"{staged}/{item.kind}", item.executable, descriptor))
        records = view.write(files)
    finally:
        for file in files:
            if file.descriptor is not None:
                os.close(file.descriptor)
    for item, record in zip(items, records, strict=True):
        if exists(record):
            store.remember(record, view.mount_namespace, item.digest)
