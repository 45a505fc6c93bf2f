"""Shortest command lines of rustc that are cacheable, to which a test adds what it is about."""

import shutil
from collections.abc import Mapping, Sequence

from dunnage.compilers.registry import parse
from dunnage.model.invocation import Invocation
from dunnage.model.unit import Cacheable, Uncacheable, Unit, Verdict
from support.require import require

LIB: Sequence[str] = (
    "src/lib.rs", "--crate-name", "x", "--crate-type", "lib", "--emit=dep-info,metadata,link",
    "--out-dir", "/w/target/debug/deps",
)  # fmt: skip
CHECK: Sequence[str] = (
    "src/lib.rs", "--crate-name", "x", "--emit=dep-info,metadata", "--out-dir", "/w/target/debug/deps",
)  # fmt: skip


def verdict_of(
    *words: str,
    base: Sequence[str] = LIB,
    env: Mapping[str, str] | None = None,
    files: Mapping[str, bytes] | None = None,
    terminal: bool = False,
    argv: Sequence[str] | None = None,
) -> Verdict:
    """The verdict on `rustc` with `base` and further words, or on a whole `argv`."""
    whole = ("rustc", *base, *words) if argv is None else argv
    return parse(
        Invocation(
            program=f"/rust/bin/{whole[0]}",
            argv=whole,
            cwd="/w",
            env=env or {},
            stderr_is_terminal=terminal,
            response_files=files,
        )
    )


def unit_of(*words: str, **more: object) -> Unit:
    """The unit, where the verdict has to be `Cacheable`."""
    verdict = verdict_of(*words, **more)  # type: ignore[arg-type]
    assert isinstance(verdict, Cacheable), verdict
    return verdict.unit


def refusal_of(*words: str, **more: object) -> tuple[str, str]:
    """Reason and detail, where the verdict has to be `Uncacheable`."""
    verdict = verdict_of(*words, **more)  # type: ignore[arg-type]
    assert isinstance(verdict, Uncacheable), verdict
    return verdict.reason, verdict.detail


def words_of(*words: str, **more: object) -> list[tuple[str, str, bool]]:
    """The unit's words as tuples."""
    return [(word.name, word.value, word.is_path) for word in unit_of(*words, **more).words]


def installed_rustc() -> str:
    """A rustc of this machine; a skip or a failure where there is none."""
    require("cargo")
    program = shutil.which("rustc")
    assert program is not None, "cargo without rustc"
    return program
