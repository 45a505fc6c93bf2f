"""Clocks: file systems stamp files by the system's clock, or nearly so. What is young by a stamp is not trusted."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dunnage.config.values import format_duration
from dunnage.doctor.finding import Finding, ok, warning
from dunnage.doctor.look import existing, probe
from dunnage.doctor.patient import Patient

_APART_S_MAX: Final = 2.0
"""Coarse stamps are up to two seconds off (`limits.RACY_COARSE_NS`)."""


def check(patient: Patient) -> Iterator[Finding]:
    """For the store's file system and for that of the current directory."""
    troubles = []
    for place in dict.fromkeys((existing(patient.places.store), existing(Path(patient.cwd)))):
        apart_s = _apart_s(place)
        if apart_s is not None and abs(apart_s) > _APART_S_MAX:
            troubles.append(_trouble(place, apart_s))
    yield from troubles or [ok("file systems and the system agree")]


def _apart_s(place: Path) -> float | None:
    """How far a new file's stamp is ahead of the system's clock; None where no file can be made."""
    try:
        with probe(place) as descriptor:
            if descriptor is None:
                return None
            os.write(descriptor, b"x")
            return os.fstat(descriptor).st_mtime - time.time()
    except OSError:
        return None


def _trouble(place: Path, apart_s: float) -> Finding:
    way = "ahead of" if apart_s > 0 else "behind"
    return warning(
        f"The clock that stamps files in {place} is {format_duration(abs(apart_s))} {way} the system's.",
        "A file that looks too young is read again for each unit; one that looks too old may be trusted wrongly.",
        "Set both clocks (NTP), also on the server of a network file system.",
    )
