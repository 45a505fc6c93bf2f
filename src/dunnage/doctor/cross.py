"""cross: it answers, and no variable keeps the client out of its container or takes the mounts away again."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dunnage.containers import cross
from dunnage.containers.options import CLIENT_DIR
from dunnage.doctor.finding import Finding, error, note, ok, warning
from dunnage.doctor.patient import Patient

_INSIDE: Final = "CROSS_CONTAINER_IN_CONTAINER"
_SUPPORTED: Final = "0.2.5"
_MOUNT: Final = re.compile(rf"(?:-v\s+|--volume[ =])(\S+?):{CLIENT_DIR}(?::|\s|$)")


def check(patient: Patient) -> Iterator[Finding]:
    """Its version, then its variables."""
    if patient.which("cross") is None:
        yield ok("is not installed")
        return
    yield _version(patient)
    command = cross.prepare((), patient.environ, patient.places, patient.settings)
    for sentence in command.warnings:
        yield warning(
            sentence, "A variable or setting says so.", "`env | grep -E 'CROSS|DOCKER'` shows them."
        )
    yield from _options(patient)
    if patient.environ.get(_INSIDE):
        yield warning(
            f"{_INSIDE} is set.",
            "cross then maps the paths that it mounts to those of the outer engine, but not dunnage's.",
            "Start dunnage where the engine is, or use an engine in this container itself.",
        )


def _version(patient: Patient) -> Finding:
    said = patient.run("cross", "--version")
    found = re.search(r"cross (\d+\.\d+\.\d+)", said.out)
    if found is None:
        return warning(
            f"`cross --version` does not work: {said.trouble or f'it exits {said.code}'}.",
            "It needs cargo and rustup beside it.",
            "`cargo install cross`.",
        )
    if tuple(map(int, found[1].split("."))) < tuple(map(int, _SUPPORTED.split("."))):
        return warning(
            f"cross is {found[1]}.",
            f"dunnage is tried with {_SUPPORTED} and newer; older ones may not know {cross.OPTIONS_VARIABLE}.",
            "`cargo install cross`.",
        )
    return ok(f"cross {found[1]}")


def _options(patient: Patient) -> Iterator[Finding]:
    """The variable of options as somebody has set it, perhaps by `dunnage env` of an installation that is gone."""
    text = patient.environ.get(cross.OPTIONS_VARIABLE, "")
    mount = _MOUNT.search(text)
    if mount is not None and not Path(mount[1]).is_dir():
        yield error(
            f"{cross.OPTIONS_VARIABLE} mounts {mount[1]}, which is not there.",
            "It is of a dunnage that was removed; cargo in the container then finds no wrapper, and cannot compile.",
            f'`unset {cross.OPTIONS_VARIABLE}`, or set it anew: `eval "$(dunnage env --cross)"`.',
        )
    if re.search(r"-e\s+RUSTC_WRAPPER=(\s|$)", text):
        yield note(
            f"{cross.OPTIONS_VARIABLE} empties RUSTC_WRAPPER.",
            "What you say there comes later than what dunnage says, so the cache stays out of cross's container.",
            "Leave that out.",
        )
