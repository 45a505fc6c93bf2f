"""Masquerading: a directory of links to the client, named after the compilers in PATH, that stands in front of PATH.

`dunnage-cc` is linked as well: in front of a compiler's name it does without a shell then (`native/dunnage-cc`).

A name is linked only where PATH has a program of it: a configure script that asks for clang must not find one that is
not there. So a directory is named after what is in it, made under another name, and never changed: two commands at
once, with two PATHs, have two.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from blake3 import blake3

from dunnage.compilers.gnu.names import is_driver
from dunnage.config.places import Places
from dunnage.errors import MasqueradeFailed

MASQUERADE_VARIABLE: Final = "DUNNAGE_MASQUERADE"
BY_HAND: Final = "dunnage-cc"
_NAME_BYTES: Final = 16


def masquerading(environ: Mapping[str, str], places: Places, client: str) -> dict[str, str]:
    """The variables that put the links in front; none where PATH has no compiler.

    Raises:
        MasqueradeFailed: the links cannot be made.
    """
    path = [
        entry
        for entry in environ.get("PATH", "").split(":")
        if Path(entry).parent != places.masquerade  # a command within a command
    ]
    names = sorted(set(compilers(path)))
    if not names or ":" in str(places.masquerade):
        return {}
    directory = links(places.masquerade, client, [*names, BY_HAND])
    return {"PATH": ":".join((str(directory), *path)), MASQUERADE_VARIABLE: str(directory)}


def compilers(path: list[str]) -> Iterator[str]:
    """The names of the compilers that these directories have; one that cannot be read has none."""
    for directory in path:
        try:
            names = os.listdir(directory or ".")
        except OSError:
            continue
        yield from (
            name for name in names if is_driver(name) and os.access(f"{directory or '.'}/{name}", os.X_OK)
        )


def links(base: Path, client: str, names: list[str]) -> Path:
    """A directory below `base` that holds a link to the client for each name. Raises MasqueradeFailed."""
    digest = blake3("\0".join((client, *names)).encode("utf-8", "surrogateescape")).hexdigest(_NAME_BYTES)
    directory = base / digest
    if directory.is_dir():
        return directory
    fresh = base / f".{digest}-{os.getpid()}"
    try:
        fresh.mkdir(mode=0o700, parents=True)
        for name in names:
            (fresh / name).symlink_to(client)
        try:
            fresh.rename(directory)
        except OSError:
            if not directory.is_dir():  # somebody else made it meanwhile
                raise
            _remove(fresh)
    except OSError as error:
        raise MasqueradeFailed(f"The links in {base} cannot be made: {error.strerror}.") from error
    return directory


def _remove(directory: Path) -> None:
    for link in directory.iterdir():
        link.unlink()
    directory.rmdir()
