"""Other caches and distributors that stand in the place of compilers: in PATH, or in variables that name compilers."""

import os
from collections.abc import Iterator
from typing import Final

from dunnage.config.cmake import LAUNCHER_VARIABLES, is_our_launcher
from dunnage.doctor.finding import Finding, ok, warning
from dunnage.doctor.patient import Patient

_NAMES: Final = ("rustc", "cc", "gcc", "clang", "c++", "g++", "clang++")
_OTHERS: Final = ("ccache", "sccache", "distcc", "icecc", "buildcache")
_VARIABLES: Final = ("CC", "CXX", "HOST_CC", "HOST_CXX", "TARGET_CC", "TARGET_CXX", *LAUNCHER_VARIABLES)


def check(patient: Patient) -> Iterator[Finding]:
    """Links in PATH, then variables."""
    yield from [*_links(patient), *_variables(patient)] or [ok("compilers in PATH are what they are called")]


def _links(patient: Patient) -> Iterator[Finding]:
    """One finding for each directory of links."""
    found: dict[tuple[str, str], list[str]] = {}
    for name in _NAMES:
        path = patient.which(name)
        other = os.path.basename(os.path.realpath(path)) if path else ""
        if path and other in _OTHERS:
            found.setdefault((os.path.dirname(path), other), []).append(name)
    for (directory, other), names in found.items():
        yield warning(
            f"{', '.join(names)} in {directory} {'are' if len(names) > 1 else 'is'} {other}.",
            f"On a miss it is {other} that dunnage calls: two caches for the same, or a compiler that cannot be"
            " followed (`compiler-unfollowed`).",
            f"Take {directory} out of PATH; `dunnage run --masquerade` does for make what such links do.",
        )


def _variables(patient: Patient) -> Iterator[Finding]:
    for variable in _VARIABLES:
        value = patient.environ.get(variable, "")
        first = os.path.basename(value.replace(";", " ").split()[0]) if value.strip() else ""
        if first in _OTHERS and not is_our_launcher(variable, value):
            yield warning(
                f"{variable} is `{value}`.",
                f"{first} stands in front of the compiler there, and not dunnage.",
                f"`unset {variable}`, or name the compiler alone.",
            )
