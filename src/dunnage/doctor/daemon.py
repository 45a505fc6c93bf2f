"""The daemon: it answers, is of this version, can use its store, and goes by what is set now."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from dunnage import __version__
from dunnage.config.places import Places
from dunnage.config.settings import differing
from dunnage.daemon.launch import is_locked
from dunnage.doctor.finding import Finding, error, failed, note, ok, warning
from dunnage.doctor.patient import Patient
from dunnage.errors import DunnageError, NotRunning


def check(patient: Patient) -> Iterator[Finding]:
    """This version's daemon, then those of other versions."""
    status = patient.status
    if isinstance(status, DunnageError):
        yield _silent(patient, status)
    else:
        yield from _running(patient, status)
    yield from _others(patient.places)


def _silent(patient: Patient, why: DunnageError) -> Finding:
    places = patient.places
    if not isinstance(why, NotRunning):
        return failed(why)
    if is_locked(places):
        return error(
            "A daemon is alive, and nobody answers at its socket.",
            "Somebody has removed the socket, or the daemon is just starting or ending.",
            f"Wait ten seconds: a daemon without its socket ends by itself. If it stays, look into {places.log}.",
        )
    return ok("none runs; the next build starts one")


def _running(patient: Patient, status: Mapping[str, Any]) -> Iterator[Finding]:
    again = "`dunnage stop`; the next build starts another one."
    if status["version"] != __version__:
        yield warning(
            f"The daemon is dunnage {status['version']}, and this is {__version__}.",
            "It was started before dunnage was replaced.",
            again,
        )
    else:
        yield ok(f"runs: pid {status['pid']}, version {status['version']}")
    if status.get("store_error"):
        yield error(
            f"The daemon cannot use its store: {status['store_error']}",
            "So nothing is found, and nothing kept.",
            f"Mend that, or set another DUNNAGE_DIR; the log is {status['log']}.",
        )
    theirs = patient.daemon_settings
    if not isinstance(theirs, DunnageError):
        names = differing(patient.own_settings, theirs["settings"])
        if names:
            yield warning(
                f"The daemon goes by other settings than are set now: {', '.join(names)}.",
                "It has read them when it was started, with the variables of whoever started it.",
                again,
            )


def _others(places: Places) -> Iterator[Finding]:
    try:
        versions = sorted(os.listdir(places.run.parent))
    except OSError:
        return
    for version in versions:
        if version != places.version and is_locked(Places(places.base, version)):
            yield note(
                f"A daemon of dunnage {version} runs, too.",
                "Containers and shells that were started with that version use it; both have the same store.",
                "Start them anew, and say `dunnage stop` with that version.",
            )
