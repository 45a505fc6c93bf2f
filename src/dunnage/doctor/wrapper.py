"""Who stands in front of rustc: somebody else's wrapper, from a variable or from cargo's configuration."""

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from dunnage.config.clients import CLIENT_NAMES, client_dir, host_arch
from dunnage.doctor.cargo_files import setting
from dunnage.doctor.finding import Finding, error, note, ok, warning
from dunnage.doctor.patient import Patient
from dunnage.errors import ClientMissing

_VARIABLES = ("RUSTC_WRAPPER", "CARGO_BUILD_RUSTC_WRAPPER")
_INNER = ("RUSTC_WORKSPACE_WRAPPER", "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER")


def check(patient: Patient) -> Iterator[Finding]:
    """Variables, then files, then what stands between us and rustc for the workspace's own crates."""
    found = [*_from_variables(patient), *_from_files(patient), *_inner(patient)]
    yield from found or [ok("nobody else stands in front of rustc")]


def _from_variables(patient: Patient) -> Iterator[Finding]:
    for variable in _VARIABLES:
        value = patient.environ.get(variable, "")
        if not value:
            continue
        if _is_ours(value):
            yield _switched_on(patient, variable)
        elif patient.which(value) is None and not os.access(os.path.join(patient.cwd, value), os.X_OK):
            yield error(
                f"{variable} is {value}, which is not there.",
                "cargo cannot compile anything with it; it may be a client of a dunnage that was removed.",
                f"`unset {variable}`.",
            )
        else:
            yield warning(
                f"{variable} is {value} here.",
                "A cargo that is not started by `dunnage run` asks that one, and not dunnage.",
                f"`unset {variable}`, or build with `dunnage run -- cargo build`, which replaces it.",
            )


def _is_ours(value: str) -> bool:
    try:
        directory = client_dir(host_arch())
    except ClientMissing:
        return False
    return any(_same(Path(value), directory / name) for name in CLIENT_NAMES)


def _same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def _switched_on(patient: Patient, variable: str) -> Finding:
    socket, expected = patient.environ.get("DUNNAGE_SOCKET", ""), str(patient.places.host_socket)
    if socket == expected:
        return ok("this shell is switched on")
    what = (
        f"DUNNAGE_SOCKET is {socket}, and the daemon is at {expected}"
        if socket
        else "DUNNAGE_SOCKET is not set"
    )
    return warning(
        f"{variable} is dunnage's client, but {what}.",
        "The client runs the compiler at once where it finds no daemon.",
        'Switch this shell on anew: `eval "$(dunnage env)"`.',
    )


def _from_files(patient: Patient) -> Iterator[Finding]:
    found = setting(patient, "rustc-wrapper")
    if found is None or not found[1] or any(patient.environ.get(name) for name in _VARIABLES):
        return
    path, value = found
    if _is_ours(str(value)):
        yield note(
            f"build.rustc-wrapper in {path} is dunnage's client.",
            "It finds the daemon only where DUNNAGE_SOCKET is set, as by `dunnage run`.",
            "Take it out: `dunnage run`, `cross`, `docker` and `env` set what is needed.",
        )
        return
    yield note(
        f"build.rustc-wrapper in {path} is {value}.",
        "A cargo that is not started by dunnage asks that one.",
        "Nothing: `dunnage run`, `cross` and `docker` put dunnage in its place. To be rid of it, take it out there.",
    )


def _inner(patient: Patient) -> Iterator[Finding]:
    named = next(((name, patient.environ[name]) for name in _INNER if patient.environ.get(name)), None)
    if named is None and (found := setting(patient, "rustc-workspace-wrapper")) and found[1]:
        named = f"build.rustc-workspace-wrapper in {found[0]}", str(found[1])
    if named is None or os.path.basename(named[1]) in {"clippy-driver", *CLIENT_NAMES}:
        return
    yield warning(
        f"{named[0]} is {shlex.quote(named[1])}.",
        "The workspace's own crates are compiled through it, and dunnage does not know it: `unknown-compiler`.",
        "Take it out, where that is not wanted.",
    )
