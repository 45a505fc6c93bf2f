"""From the name of a program to the front-end that understands it. The only file that knows all of them."""

import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from dunnage.compilers.gnu import names as gnu_names
from dunnage.compilers.gnu import parse as gnu
from dunnage.compilers.gnu import response as gnu_response
from dunnage.compilers.refused import Refused
from dunnage.compilers.rustc import parse as rustc
from dunnage.compilers.rustc import response as rustc_response
from dunnage.model.invocation import Invocation
from dunnage.model.unit import Cacheable, Uncacheable, Unit, Verdict

NOTHING: Final[Mapping[str, bytes]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """One family of compilers."""

    language: str
    unit_of: Callable[[Invocation], Unit]
    """Raises `Refused`."""
    response_files: Callable[[Sequence[str], Mapping[str, bytes]], tuple[str, ...]]
    """The names of `@files` that must be read before `unit_of`, but those that were."""


_RUSTC: Final = FrontEnd("rust", rustc.unit_of, rustc_response.needed)
_GNU: Final = FrontEnd("c", gnu.unit_of, gnu_response.needed)

FAMILIES: Final[dict[str, FrontEnd]] = {"rustc": _RUSTC, "clippy-driver": _RUSTC}
"""By the program's name without directory and `.exe`; gcc and clang have too many names for a table (`gnu.names`)."""


def family(program: str) -> FrontEnd | None:
    """The front-end for a program, None for one that is not known."""
    name = posixpath.basename(program).removesuffix(".exe")
    return FAMILIES.get(name) or (_GNU if gnu_names.is_driver(name) else None)


def language_of(argv: Sequence[str]) -> str:
    """The language of a command line; what is not known counts as Rust's, since it is cargo that calls it."""
    front_end = family(argv[0]) if argv else None
    return _RUSTC.language if front_end is None else front_end.language


def response_files(argv: Sequence[str], files: Mapping[str, bytes] = NOTHING) -> tuple[str, ...]:
    """The names of response files that `parse` needs the contents of, as written, but those that are in `files`.

    They are named in argv, or in response files: whoever has read some asks again.
    """
    front_end = family(argv[0]) if argv else None
    return () if front_end is None else front_end.response_files(argv, files)


def parse(invocation: Invocation) -> Verdict:
    """The verdict on any invocation."""
    front_end = family(invocation.argv[0]) if invocation.argv else None
    if front_end is None:
        return Uncacheable("unknown-compiler", posixpath.basename(invocation.program))
    try:
        return Cacheable(front_end.unit_of(invocation))
    except Refused as refused:
        return Uncacheable(refused.reason, refused.detail)
