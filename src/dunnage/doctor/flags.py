"""Flags that make units uncacheable: incremental compilation where nobody waits for it, and options for rustc."""

from collections.abc import Iterator, Mapping
from typing import Final

from dunnage.compilers.registry import parse
from dunnage.config.values import is_on
from dunnage.doctor.cargo_files import setting
from dunnage.doctor.finding import Finding, note, ok, warning
from dunnage.doctor.patient import Patient
from dunnage.model.advice import ADVICE
from dunnage.model.invocation import Invocation
from dunnage.model.outcome import REASONS, Outcome
from dunnage.model.unit import Uncacheable

_INCREMENTAL: Final = ("CARGO_INCREMENTAL", "CARGO_BUILD_INCREMENTAL")
_FLAGS: Final = ("CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS")
"""In cargo's order: the first one that is there counts, and the others do not."""
_UNIT: Final = (
    "rustc", "--crate-name", "demo", "--edition=2021", "src/lib.rs", "--error-format=json",
    "--json=diagnostic-rendered-ansi", "--crate-type", "lib", "--emit=dep-info,metadata,link", "-C", "metadata=1",
    "-C", "extra-filename=-1", "--out-dir", "/target/debug/deps",
)  # fmt: skip
"""A library as cargo compiles it."""


def check(patient: Patient) -> Iterator[Finding]:
    """Both, by variables and by cargo's files."""
    yield from [*_incremental(patient), *_options(patient)] or [ok("no flag keeps units out of the cache")]


def _incremental(patient: Patient) -> Iterator[Finding]:
    origin = next(
        (f"{name}={patient.environ[name]}" for name in _INCREMENTAL if patient.environ.get(name)), ""
    )
    if origin and not is_on(origin.partition("=")[2]):
        return
    if not origin:
        found = setting(patient, "incremental")
        if found is None or found[1] is not True:
            return
        origin = f"build.incremental = true in {found[0]}"
    yield note(
        f"{origin}: the workspace's own crates are compiled incrementally in every profile.",
        "Where an incremental directory holds a session, the unit is left to rustc, which is faster there.",
        "Leave it out, or set it to 0, where builds begin with an empty target directory (CI, containers).",
    )


def _options(patient: Patient) -> Iterator[Finding]:
    origin, flags = _flags(patient)
    if not flags:
        return
    verdict = parse(Invocation(program="rustc", argv=[*_UNIT, *flags], cwd="/", env={}))
    if isinstance(verdict, Uncacheable):
        row = REASONS.get((Outcome.UNCACHEABLE, verdict.reason))
        detail = f" ({verdict.detail})" if verdict.detail else ""
        yield warning(
            f"{origin} makes every unit uncacheable: {verdict.reason}{detail}.",
            f"{row.text[:1].upper()}{row.text[1:]}." if row else "",
            ADVICE.get((Outcome.UNCACHEABLE, verdict.reason), "Leave it out, if it is not needed."),
        )


def _flags(patient: Patient) -> tuple[str, list[str]]:
    """Which flags cargo hands to every unit, and where they come from."""
    environ: Mapping[str, str] = patient.environ
    for name in _FLAGS:
        if name in environ:
            return name, environ[name].split("\x1f" if "ENCODED" in name else None)
    found = setting(patient, "rustflags")
    if found is None:
        return "", []
    flags = found[1].split() if isinstance(found[1], str) else [str(each) for each in found[1]]
    return f"build.rustflags in {found[0]}", flags
