"""The directory that everything is below: it is this user's, can be written, and its sockets can be reached."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dunnage.config.places import DIR_VARIABLE
from dunnage.doctor.finding import Finding, error, ok
from dunnage.doctor.look import existing, probe
from dunnage.doctor.patient import Patient

_ADDRESS_BYTES_MAX: Final = 107
"""Of `sun_path` (unix(7)), without the end; a longer name is reached through /proc."""
_ELSEWHERE: Final = f"Set {DIR_VARIABLE} to another directory"


def check(patient: Patient) -> Iterator[Finding]:
    """What keeps a daemon from making its sockets and its store there."""
    base = patient.places.base
    there = existing(base)
    finding = _unusable(base, there) or _of_somebody_else(patient) or _out_of_reach(patient)
    yield finding or ok(str(base) if there == base else f"{base}, which the first daemon makes")


def _unusable(base: Path, there: Path) -> Finding | None:
    if not there.is_dir():
        return error(
            f"{there} is no directory.", f"So nothing can be kept in {base}.", f"Remove it. Or: {_ELSEWHERE}."
        )
    try:
        with probe(there) as descriptor:
            if descriptor is None and not os.access(there, os.W_OK | os.X_OK):
                raise PermissionError(0, "Permission denied")
    except OSError as trouble:
        what = f"Nothing can be written in {there}: {trouble.strerror}."
        why = "The disk is full, it is mounted read-only, or it belongs to somebody else."
        return error(what, why, f"Mend that. {_ELSEWHERE}.")
    return None


def _of_somebody_else(patient: Patient) -> Finding | None:
    places, uid = patient.places, os.geteuid()
    for path in (
        places.base,
        places.store,
        places.run.parent,
        places.run,
        places.host_dir,
        places.host_socket,
    ):
        try:
            owner = path.stat(follow_symlinks=False).st_uid
        except OSError:
            continue
        if owner != uid:
            return error(
                f"{path} belongs to the user {owner}, and this is {uid}.",
                "dunnage was run there as another user, with sudo perhaps; a daemon answers its own user only.",
                f"`sudo chown -R {uid} {places.base}`. {_ELSEWHERE}.",
            )
    return None


def _out_of_reach(patient: Patient) -> Finding | None:
    socket = str(patient.places.host_socket)
    if len(os.fsencode(socket)) <= _ADDRESS_BYTES_MAX or os.path.isdir("/proc/self/fd"):
        return None
    return error(
        f"The socket's path has more than {_ADDRESS_BYTES_MAX} bytes: {socket}.",
        "A longer one is reached through /proc, which is not mounted here.",
        f"Mount /proc. {_ELSEWHERE}, with a shorter path.",
    )
