"""What a result is bound to beyond what its outputs show: roots that a program inside the compiler was told of.

What such a program made of a path cannot be seen in the outputs: `env!("CARGO_MANIFEST_DIR").len()` is a number. So
any variable with a root in it binds. The one exception is made in portable mode (ADR 14): where a unit's sources show
that they find files with it and nothing else, as in `include!(concat!(env!("OUT_DIR"), "/x.rs"))`. The files count by
contents, and the value is gone when they are there.
"""

import posixpath
from collections.abc import Iterable, Iterator
from typing import Final

from dunnage.engine.collect import Collected
from dunnage.engine.locating import only_located
from dunnage.engine.subject import Missed, Subject
from dunnage.keys.macros import Macros, Named, named_by_text
from dunnage.model.digest import Digest
from dunnage.model.path_set import ALL_VARIABLES

_EPOCH: Final = "SOURCE_DATE_EPOCH"

_ESCAPED: Final = frozenset("#$\\\t*?[]%;|&~'\"")
"""What stands in another form in a dependency file than a template knows."""


def bound_by_environment(subject: Subject, collected: Collected) -> set[str]:
    """The names of the roots in variables that were read, or may have been. Reads a crate's sources.

    A C compiler finds files by them, or writes them down as they are (PWD); what else it makes of places is known.
    """
    if subject.unit.language == "c":
        return set()
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


def named_by(subject: Subject, collected: Collected, macros: Macros) -> Named:
    """Which macros the texts of a C unit name, once all of them are read, and the words of its command line."""
    named = Named(0)
    if subject.unit.language == "c":
        for word in subject.unit.words:
            named |= named_by_text(word.value.encode("utf-8", "surrogateescape"))
    for path in collected.texts:
        named |= macros.of(collected.digests[path]) or Named(0)
    return named


def told_the_time(named: Named, subject: Subject, collected: Collected) -> Missed | None:
    """Why a C unit whose texts ask for the time cannot be stored; None where they do not, or a variable answers.

    gcc asks for the variable when it expands one of the macros, and only then; so its asking tells of names that no
    text has as a whole. clang asks always, and before its version 16 never: then nothing answers but the clock.
    """
    if Named.STAMP in named:
        return Missed("time-macro", "__TIMESTAMP__")
    asked = _EPOCH in collected.paths.env
    expanded = asked and any(posixpath.basename(path).startswith("cc1") for path in collected.texts)
    if (Named.TIME in named or expanded) and not (asked and subject.env.get(_EPOCH)):
        return Missed("time-macro", "__DATE__ or __TIME__")
    return None


def one_or_two(collected: Collected, macros: Macros) -> Missed | None:
    """Why a C unit cannot be stored that read one text with `#pragma once` under two names.

    gcc takes two files for one when their times, sizes and texts are equal, clang when they have one inode: neither is
    in a key. Two spellings of one path are one file anywhere.
    """
    seen: dict[Digest, str] = {}
    for path in sorted(collected.texts):
        digest, place = collected.digests[path], posixpath.normpath(path)
        if Named.ONCE in (macros.of(digest) or Named(0)) and seen.setdefault(digest, place) != place:
            return Missed("twin-headers", f"{seen[digest]} and {place}")
    return None


def bound_by_texts(named: Named, subject: Subject, collected: Collected) -> set[str]:
    """All roots, where a C unit may have made more of a place than its outputs show: `sizeof(__FILE__)`, a symbol
    that is named after a hash of the source's path, a dependency file with escapes. Else none.
    """
    unit, places = subject.unit, subject.roots.places
    by_name = any(word.name == "source" and word.value.startswith("/") for word in unit.words)
    escaped = bool(collected.dep_info) and any(_ESCAPED.intersection(place) for _, place in places)
    if unit.language == "c" and (Named.PLACE in named or by_name or escaped):
        return {name for name, _ in places}
    return set()


def may_compress(subject: Subject) -> bool:
    """Whether a linker or an assembler may have compressed debug information, with the places in it."""
    return subject.linker is not None or subject.unit.language == "c"
