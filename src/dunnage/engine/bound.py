"""What a result is bound to beyond what its outputs show: roots that a program inside the compiler was told of.

What such a program made of a path cannot be seen in the outputs: `env!("CARGO_MANIFEST_DIR").len()` is a number. So
any variable with a root in it binds. The one exception is made in portable mode (ADR 14): where a unit's sources show
that they find files with it and nothing else, as in `include!(concat!(env!("OUT_DIR"), "/x.rs"))`. The files count by
contents, and the value is gone when they are there.
"""

from collections.abc import Iterable, Iterator

from dunnage.engine.collect import Collected
from dunnage.engine.locating import only_located
from dunnage.engine.subject import Subject
from dunnage.model.path_set import ALL_VARIABLES


def bound_by_environment(subject: Subject, collected: Collected) -> set[str]:
    """The names of the roots in variables that were read, or may have been. Reads the sources."""
    free = only_located(collected.sources, collected.records)
    return {
        name
        for variable, value in _read(subject, collected)
        if variable not in free
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
