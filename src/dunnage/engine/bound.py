"""What a result is bound to beyond what its outputs show: roots that a program inside the compiler was told of.

What such a program made of a path cannot be seen in the outputs: `env!("CARGO_MANIFEST_DIR").len()` is a number. So
any variable with a root in it binds. The one exception is made in portable mode, for OUT_DIR (ADR 14): where the
compiler read files below it, it was asked for to find those, as in `include!(concat!(env!("OUT_DIR"), "/x.rs"))`. The
files count by contents, and a place that were data would show in the outputs, which are searched all the same.
"""

from collections.abc import Iterator

from dunnage.engine.collect import Collected
from dunnage.engine.subject import Subject

_LOCATOR = "OUT_DIR"


def bound_by_environment(subject: Subject, collected: Collected) -> set[str]:
    """The names of the roots in variables that were read, or may have been."""
    return {
        name
        for variable, value in _read(subject, collected)
        if not _only_locates(variable, value, subject, collected)
        for name in subject.roots.within(value)
    }


def _read(subject: Subject, collected: Collected) -> Iterator[tuple[str, str]]:
    """Variables that the compiler says it read, and those with a path that a procedural macro may have read."""
    for name in collected.paths.env:
        yield name, subject.env.get(name, "")
    yield from _perhaps_read(subject)


def _perhaps_read(subject: Subject) -> Iterator[tuple[str, str]]:
    """Nobody watches what a macro reads, so all of them."""
    yield from subject.unit.env_paths


def _only_locates(variable: str, value: str, subject: Subject, collected: Collected) -> bool:
    if not subject.unit.portable or variable != _LOCATOR or not value:
        return False
    if variable in dict(subject.unit.env_paths):  # a macro may have read it, too, and for another end
        return False
    below = subject.roots.relative(value) + "/"
    return any(path.startswith(below) for path in collected.paths.files)
