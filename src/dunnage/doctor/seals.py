"""Seals: the keys can be read and used, and nobody else can read those that are secret."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dunnage.daemon.tiering import seal_of
from dunnage.doctor.finding import Finding, failed, note, ok, warning
from dunnage.doctor.patient import Patient
from dunnage.errors import ConfigError
from dunnage.remote.sealing import CHECKED

_SECRET: Final = ("seal_secret_file", "seal_key_file")
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def check(patient: Patient) -> Iterator[Finding]:
    """Of use only where there are remotes."""
    settings = patient.own_settings
    if not settings.remotes:
        yield ok("no remotes, no seals")
        return
    try:
        seal = seal_of(settings)
    except ConfigError as error:
        yield failed(error)
        return
    if seal.kind == CHECKED:
        yield note(
            "Records on remotes are not sealed.",
            "Whoever may write to a remote can give out results that nobody here has made.",
            "`seal_key_file` and `trusted_key_file`, where others may write to it, too.",
        )
    else:
        can = "sealed and checked" if seal.tag is not None else "checked; there is no key to seal with"
        yield ok(f"records are {can}")
    yield from _readable_by_others(patient)


def _readable_by_others(patient: Patient) -> Iterator[Finding]:
    for name in _SECRET:
        value = str(patient.own_settings.value(name))
        path = Path(value).expanduser()
        try:
            mode = os.stat(path).st_mode if value else 0
        except OSError:
            continue
        if mode & _OTHERS:
            yield warning(
                f"{path} ({name}) can be read by others: its mode is {stat.S_IMODE(mode):o}.",
                "Whoever reads it can seal results of his own.",
                f"`chmod 600 {path}`.",
            )
