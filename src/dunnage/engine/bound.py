"""What a result is bound to beyond what its outputs show: roots that a program inside the compiler was told of.

What such a program made of a path cannot be seen in the outputs: `env!("CARGO_MANIFEST_DIR").len()` is a number. So
any variable with a root in it binds. The one exception is made in portable mode, for OUT_DIR (ADR 14): where the
compiler read files below it, it was asked for to find those, as in `include!(concat!(env!("OUT_DIR"), "/x.rs"))`. The
files count by contents, and a place that were data would show in the outputs, which are searched all the same.
"""

from collections.abc import Iterable, Iterator

from dunnage.engine.collect import Collected
from dunnage.engine.subject import Subject
from dunnage.model.path_set import ALL_VARIABLES

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
    """Variables that were read, by the compiler's own words or seen, and those that may have been."""
    names = collected.paths.env
    for name in subject.env if ALL_VARIABLES in names else names:
        yield name, subject.env.get(name, "")
    yield from _perhaps_read(subject)


def _perhaps_read(subject: Subject) -> Iterable[tuple[str, str]]:
    """What a procedural macro was told of: all of it, unless somebody watched what it read (nothing is recorded of a
    unit that was to be observed, and was not).
    """
    return () if subject.unit.observed else subject.unit.env_paths


def _only_locates(variable: str, value: str, subject: Subject, collected: Collected) -> bool:
    """Whether a variable was read for no other end than to find files.

    Where a macro may have asked for it nobody can say that. One that was watched is known by where its code lies.
    """
    unit, paths = subject.unit, collected.paths
    if not unit.portable or variable != _LOCATOR or not value:
        return False
    by_macro = collected.asked if unit.observed else dict(unit.env_paths).keys()
    if variable in by_macro or ALL_VARIABLES in paths.env:
        return False
    below = subject.roots.relative(value) + "/"
    return any(path.startswith(below) for path in paths.files)
