"""What cargo asks of rustc before it compiles anything: `rustc -vV`, and `rustc - --crate-name ___ --print=…`.

A question whose answer depends on the compiler, its words and a few variables alone. Everything else is left to the
compiler: words that name files, unstable options, `target-cpu=native`, whatever else may be printed. Looks at no file.

Source of what cargo asks: cargo's `util/rustc.rs` and `core/compiler/build_context/target_info.rs`.
"""

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dunnage.compilers.refused import Refused
from dunnage.compilers.rustc.scan import scan
from dunnage.model.invocation import Invocation

_VERSION: Final = ("-vV",)
_PROBE: Final = ("-", "--crate-name", "___")
_PRINTED: Final = frozenset(("file-names", "sysroot", "split-debuginfo", "crate-name", "cfg", "check-cfg"))
_HARMLESS: Final = frozenset((
    "crate-name", "crate-type", "cfg", "check-cfg", "edition", "target", "debuginfo", "optimize",
))  # fmt: skip
_LINTS: Final = frozenset(("warn", "allow", "deny", "forbid", "cap-lints"))
_CODEGEN: Final = frozenset((
    "debuginfo", "opt-level", "panic", "target-cpu", "target-feature", "debug-assertions", "overflow-checks", "lto",
    "codegen-units", "embed-bitcode", "split-debuginfo", "strip", "relocation-model", "code-model", "prefer-dynamic",
    "force-frame-pointers", "link-arg", "link-args", "linker", "rpath", "metadata", "symbol-mangling-version",
))  # fmt: skip
_COUNTING: Final = ("RUST", "LD_", "SDKROOT")
"""Beginnings of variables that may change an answer: rustc's own, and what programs are loaded by."""
_COUNTING_END: Final = "_DEPLOYMENT_TARGET"


@dataclass(frozen=True, slots=True)
class Question:
    """Equal for equal answers of one compiler."""

    words: Sequence[str]
    env: Sequence[tuple[str, str]]
    target: str | None = None
    """A name, where one is asked about."""


def is_cargos_question(invocation: Invocation) -> bool:
    """Whether it looks like one: what the client asks us about, besides compiles (`native/worth.c`)."""
    words = tuple(invocation.argv[1:])
    is_rustc = posixpath.basename(invocation.program) == "rustc" and not invocation.payload
    return is_rustc and (words == _VERSION or words[: len(_PROBE)] == _PROBE)


def question_of(invocation: Invocation) -> Question | None:
    """The question that cargo asks; None where something else may decide the answer."""
    words = tuple(invocation.argv[1:])
    if words == _VERSION:
        return Question(words, _counting(invocation.env))
    try:
        found, free = scan(words)  # `-` stands where a program does
    except Refused:
        return None
    if free or not all(_is_harmless(name, value) for name, value in found):
        return None
    target = next((value for name, value in found if name == "target"), None)
    if target is not None and ("/" in target or target.endswith(".json")):
        return None
    return Question(words, _counting(invocation.env), target)


def about_itself(question: Question) -> Question:
    """What cargo asks first, where it asks this."""
    return Question(_VERSION, question.env)


def sysroot_in(answer: bytes) -> str:
    """Where the compiler says that it is installed; empty where the answer does not say so. Nothing else that it prints
    begins like a path.
    """
    lines = answer.decode("utf-8", "surrogateescape").splitlines()
    found = [line for line in lines if line.startswith("/")]
    return found[0] if len(found) == 1 else ""


def _is_harmless(name: str, value: str) -> bool:
    if name == "print":
        return value in _PRINTED
    if name == "codegen":
        option, _, setting = value.partition("=")
        return option in _CODEGEN and setting != "native"
    return name in _HARMLESS or name in _LINTS


def _counting(env: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        sorted(
            (name, value)
            for name, value in env.items()
            if name.startswith(_COUNTING) or name.endswith(_COUNTING_END)
        )
    )
