"""Globs of files, as people write them in `dunnage.toml`. Text in, parts out; nobody looks at a file here.

*  ?  […]  [!…]    within a name, as in a shell: a name that begins with a dot is only met by a part that does, too
**                 as a part of its own: any number of directories, none among them
..                 only in front: where a wildcard may lead to, nobody can tell what is above
"""

import re
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache
from typing import Final

ANY_DEPTH: Final = "**"
_WILD: Final = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class Glob:
    """A glob in its parts, at least one."""

    absolute: bool
    parts: tuple[str, ...]


@lru_cache(1024)
def parse_glob(text: str) -> Glob:
    """The parts of a glob. Raises ValueError: what it is not."""
    if not text or "\0" in text:
        raise ValueError(f"`{text}` is no path".replace("\0", "\\0"))
    if text.startswith("~"):
        raise ValueError(f"`{text}`: ~ stands for nothing here, write the directory out")
    parts = tuple(part for part in text.split("/") if part not in ("", "."))
    wild = False
    for part in parts:
        if ANY_DEPTH in part and part != ANY_DEPTH:
            raise ValueError(f"`{text}`: ** is a part of its own, as in a/**/b")
        if part == ".." and wild:
            raise ValueError(f"`{text}`: .. cannot stand behind a wildcard")
        wild = wild or is_wild(part)
    absolute = text.startswith("/")
    if not parts and absolute:
        raise ValueError(f"`{text}` is every file there is")
    return Glob(absolute, parts or (ANY_DEPTH,))


def is_wild(part: str) -> bool:
    """Whether a part can stand for several names."""
    return not _WILD.isdisjoint(part)


def part_matches(part: str, name: str) -> bool:
    """Whether a part other than `**` stands for a name."""
    if name.startswith(".") and not part.startswith("."):
        return False
    return _pattern(part).match(name) is not None


def names_package(pattern: str, package: str) -> bool:
    """Whether a package is meant. `my_crate` is how the source calls `my-crate`."""
    return _pattern(pattern.replace("_", "-")).match(package.replace("_", "-")) is not None


@lru_cache(1024)
def _pattern(part: str) -> re.Pattern[str]:
    return re.compile(translate(part))
