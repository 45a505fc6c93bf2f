"""Places in Rust texts where something can be edited, found without a parser: what is hit wrongly does not compile,
and such states are wanted, too.
"""

import re
from pathlib import PurePosixPath

_FUNCTION = re.compile(
    r"^[ \t]*(?:pub(?:\([a-z: ]+\))?\s+)?(?:(?:const|unsafe|async)\s+)*fn\s[^;{}!$]*\{[ \t]*$", re.MULTILINE
)
_MODULE = re.compile(r"^[ \t]*(?:pub(?:\([a-z: ]+\))?\s+)?mod\s+(\w+);[ \t]*$", re.MULTILINE)
_ROOTS = ("lib.rs", "main.rs", "mod.rs", "build.rs")


def functions(text: str) -> list[int]:
    """Offsets right behind the opening brace of each function."""
    return [found.end() for found in _FUNCTION.finditer(text)]


def modules(text: str) -> list[str]:
    """Names of modules that are declared with a file of their own."""
    return _MODULE.findall(text)


def without_module(text: str, name: str) -> str:
    """The text without the declaration of a module."""
    return re.sub(rf"^[ \t]*(?:pub(?:\([a-z: ]+\))?\s+)?mod\s+{name};[ \t]*\n?", "", text, flags=re.MULTILINE)


def home_of(path: str) -> PurePosixPath:
    """The directory in which the modules that a file declares are looked for."""
    file = PurePosixPath(path)
    return file.parent if file.name in _ROOTS else file.with_suffix("")


def both_places(home: PurePosixPath, name: str) -> tuple[str, str]:
    """The two files that a module may be in."""
    return str(home / f"{name}.rs"), str(home / name / "mod.rs")
