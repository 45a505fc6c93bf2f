"""Looks at file systems: what is mounted where, and probes that leave nothing behind, since they never get a name."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dunnage.store.contents import reflinked

MOUNTS: Final = Path("/proc/self/mountinfo")
_ESCAPED: Final = re.compile(r"\\(\d{3})")


@dataclass(frozen=True, slots=True)
class Mount:
    """What a path lies on."""

    point: str
    kind: str
    """`ext4`, `nfs4`, `fuse.sshfs`; empty where it cannot be told."""
    options: tuple[str, ...]


def mount_of(path: Path, mounts: Path = MOUNTS) -> Mount:
    """What a path lies on, by proc_pid_mountinfo(5). The last mount of a place covers those before."""
    found = Mount("", "", ())
    place = os.path.realpath(path)
    with suppress(OSError):
        for line in mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
            head, _, tail = line.partition(" - ")
            words, kinds = head.split(" "), tail.split(" ")
            point = _ESCAPED.sub(lambda match: chr(int(match[1], 8)), words[4])
            if f"{place}/".startswith(f"{point.rstrip('/')}/") and len(point) >= len(found.point):
                found = Mount(point, kinds[0], tuple(words[5].split(",")))
    return found


def existing(path: Path) -> Path:
    """A path, or the nearest directory above it that is there."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


@contextmanager
def probe(directory: Path) -> Iterator[int | None]:
    """An open file in a directory that has no name there and is gone afterwards; None where the file system has no such
    files. OSError: nothing can be written there.
    """
    try:
        descriptor = os.open(directory, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except IsADirectoryError:
        yield None
        return
    except OSError as error:
        if error.errno != errno.EOPNOTSUPP:
            raise
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def has_reflinks(directory: Path) -> bool:
    """Whether a copy in this directory costs nothing."""
    try:
        with probe(directory) as one, probe(directory) as other:
            if one is None or other is None:
                return False
            os.write(one, bytes(4096))
            return reflinked(one, other)
    except OSError:
        return False
