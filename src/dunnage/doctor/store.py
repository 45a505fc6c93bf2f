"""The store: its file system is fit for it and has room, nothing in it was damaged, and no other version's is left."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dunnage.config.places import DIR_VARIABLE
from dunnage.config.values import format_size
from dunnage.doctor.finding import Finding, note, ok, warning
from dunnage.doctor.look import existing, has_reflinks, mount_of
from dunnage.doctor.patient import Patient
from dunnage.errors import DunnageError
from dunnage.store.layout import FORMAT, Layout

_NETWORK: Final = re.compile(
    r"nfs|nfs4|cifs|smb3|smbfs|9p|ceph|lustre|afs|glusterfs|fuse\.(sshfs|glusterfs|s3fs|rclone)"
)
_FOREIGN: Final = re.compile(r"vfat|exfat|msdos|ntfs3?|fuseblk")
_MEMORY: Final = re.compile(r"tmpfs|ramfs")
_NEARLY_FULL_BYTES: Final = 512 * 1024 * 1024
"""A debug build of a middling project."""


def check(patient: Patient) -> Iterator[Finding]:
    """What it lies on, how much room there is, and what is in it that should not be."""
    places = patient.places
    there = existing(places.store)
    kind = mount_of(there).kind
    yield from _file_system(kind)
    room, troubles = _room(patient, there)
    yield from troubles
    copies = "hits are reflinks" if has_reflinks(there) else "hits are copies"
    if not troubles:
        yield ok(f"{kind or 'unknown file system'}, {room}, {copies}")
    yield from _contents(places.store)


def _file_system(kind: str) -> Iterator[Finding]:
    elsewhere = f"Set {DIR_VARIABLE} to a directory on a disk of this machine"
    if _NETWORK.fullmatch(kind):
        yield warning(
            f"The store is on a network file system ({kind}).",
            "Its records need memory and locks that are shared, which such file systems do not have, or seldom.",
            f"{elsewhere}; a directory on the network can be a remote (`file:///…`).",
        )
    elif _FOREIGN.fullmatch(kind):
        yield warning(
            f"The store is on a foreign file system ({kind}).",
            "It keeps neither modes nor exact times, so that files are read again and again.",
            f"{elsewhere}.",
        )
    elif _MEMORY.fullmatch(kind):
        yield note(
            f"The store is in memory ({kind}).",
            "It is empty after the machine was started anew.",
            f"{elsewhere}, unless that is what you want.",
        )


def _room(patient: Patient, there: Path) -> tuple[str, list[Finding]]:
    """How much room there is, in words, and what is wrong with that."""
    system = os.statvfs(there)
    free, most = system.f_bavail * system.f_frsize, patient.own_settings.size_max
    status = patient.status
    used = 0 if isinstance(status, DunnageError) else int(status.get("size_bytes") or 0)
    words = f"{format_size(used)} of {format_size(most)} used, {format_size(free)} free"
    cure = "Make room, or lower `size_max`; `dunnage trim --to 2GiB` makes some at once."
    if free < _NEARLY_FULL_BYTES:
        why = "What finds no room is not stored, and counted as `store-failed`."
        return words, [warning(f"The disk of the store is nearly full: {words}.", why, cure)]
    if free < most - used:
        why = "It grows until the disk is full, and only then makes room."
        return words, [note(f"The store may grow by more than its disk has room for: {words}.", why, cure)]
    return words, []


def _contents(store: Path) -> Iterator[Finding]:
    layout = Layout(str(store))
    try:
        damaged = len(os.listdir(layout.quarantine))
    except OSError:
        damaged = 0
    if damaged:
        yield warning(
            f"Damaged files were set aside: {damaged} in {layout.quarantine}.",
            "The disk or the memory fails, or something else has written into the store.",
            "Check the disk, and then remove them.",
        )
    try:
        others = sorted(
            name for name in os.listdir(store) if re.fullmatch(r"v\d+", name) and name != f"v{FORMAT}"
        )
    except OSError:
        others = []
    for name in others:
        yield note(
            f"{store / name} is the store of another version of dunnage.",
            "It is not used by this one, and takes room.",
            f"`rm -rf {store / name}`, when that version is not used any more.",
        )
