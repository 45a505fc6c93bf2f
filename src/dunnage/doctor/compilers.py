"""rustc, cargo and a C compiler: they are there, they answer, and rustc is a program whose identity can be told."""

from collections.abc import Iterator
from typing import Final

from dunnage.doctor.finding import Finding, error, note, ok, warning
from dunnage.doctor.patient import Patient

_C: Final = ("cc", "gcc", "clang")


def check(patient: Patient) -> Iterator[Finding]:
    """What PATH has."""
    for name in ("rustc", "cargo"):
        yield _rust(patient, name)
    yield from _script(patient)
    found = next((name for name in _C if patient.which(name)), None)
    if found is None:
        yield note(
            "There is no C compiler in PATH (cc, gcc, clang).",
            "rustc links with one, and build scripts of crates with C code call one.",
            "Install gcc or clang, unless you build in containers only.",
        )
    else:
        yield ok(patient.run(found, "--version").first or f"{found} says nothing of its version")


def _rust(patient: Patient, name: str) -> Finding:
    if patient.which(name) is None:
        return note(
            f"There is no {name} in PATH.",
            "Rust is not installed here, or not for this shell.",
            "Install it (https://rustup.rs), unless you build in containers or C only.",
        )
    said = patient.run(name, "--version")
    if said.code == 0:
        return ok(said.first)
    return error(
        f"`{name} --version` does not work: {said.trouble or f'it exits {said.code}'}.",
        "rustup has no toolchain for this directory, or the installation is broken.",
        "`rustup show` says which toolchain it looks for; `rustup default stable` sets one.",
    )


def _script(patient: Patient) -> Iterator[Finding]:
    named = patient.environ.get("RUSTC", "") or "rustc"
    path = patient.which(named)
    try:
        with open(path or "", "rb") as file:
            is_script = file.read(2) == b"#!"
    except OSError:
        return
    if is_script:
        yield warning(
            f"{path} is a script.",
            "What it starts can be another compiler each time, so nothing is cached: `toolchain-unknown`.",
            "Let rustc be the program itself, or rustup's.",
        )
