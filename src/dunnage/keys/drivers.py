"""Toolchain identity of gcc and clang: the driver by its contents, its place, and the programs that it finds in PATH.

The driver alone decides nothing: `cc1`, the assembler, specs files and the libraries of all of them do, too. These are
seen while a unit is compiled (ADR 17), and stand in its path set like headers: a changed one is a miss, and its name
can be told. What a path set cannot say is where else a driver would look *first*. It looks beside its own place, so
that place is in the identity; and it looks for the assembler in PATH, so what is found there is as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dunnage.keys.bounded import remember
from dunnage.keys.digests import Digests
from dunnage.keys.text import KeyText
from dunnage.keys.toolchain import Toolchain
from dunnage.model.digest import ToolchainId
from dunnage.model.unit import Unit
from dunnage.model.view import View, is_regular

_DRIVERS_MAX: Final = 256
_WATCHED_MAX: Final = 512
_DRIVER_BYTES_MAX: Final = 256 << 20
_COLORS: Final = b"diagnostics-color"
_CLANG: Final = b"clang"
"""Its options may be in a library; every one that is met today knows of colours."""


@dataclass(frozen=True, slots=True)
class _Place:
    """What a driver is remembered by."""

    namespace: int
    compiler: str
    path: str


class Drivers:
    """The drivers that one daemon has met. Safe for many threads.

    Args:
        searched: names of the programs that a driver may look for in PATH.
    """

    def __init__(self, digests: Digests, searched: Sequence[str]) -> None:
        self._digests = digests
        self._searched = searched
        self._known: dict[_Place, Toolchain] = {}

    def recall(self, view: View, unit: Unit, env: Mapping[str, str]) -> Toolchain | None:
        """The toolchain that was found at this place before. The caller compares the watched stats."""
        return self._known.get(_place(view, unit, env))

    def identify(self, view: View, unit: Unit, env: Mapping[str, str]) -> Toolchain | None:
        """Find out which driver a unit is compiled with; None if that cannot be read.

        Raises:
            ViewGone: see `View`.
        """
        directories = [name for name in env.get("PATH", "").split(":") if name.startswith("/")]
        candidates = {name: [f"{directory}/{name}" for directory in directories] for name in self._searched}
        watched = [unit.compiler, *(path for paths in candidates.values() for path in paths)]
        if len(watched) > _WATCHED_MAX:
            return None
        records = view.stat(watched)
        (digest,) = self._digests.of(view, watched[:1], records[:1])
        if digest is None:
            return None
        text = KeyText("driver")
        text.add("place", unit.compiler)
        text.add_digest("driver", digest)
        there = {path for path, record in zip(watched, records, strict=True) if is_regular(record)}
        for name, places in candidates.items():
            text.add(f"found {name}", next((path for path in places if path in there), None))
        toolchain = Toolchain(
            ToolchainId(text.digest()), "", "", tuple(watched), tuple(records), version=unit.compiler,
            colors=_colors(view, unit.compiler),
        )  # fmt: skip
        remember(self._known, _place(view, unit, env), toolchain, _DRIVERS_MAX)
        return toolchain


def _colors(view: View, compiler: str) -> bool:
    """Whether a driver's table of options has the one for colours."""
    (descriptor,) = view.open([compiler])
    if descriptor is None:
        return False
    with open(descriptor, "rb") as program:
        data = program.read(_DRIVER_BYTES_MAX)
    return _COLORS in data or _CLANG in data


def _place(view: View, unit: Unit, env: Mapping[str, str]) -> _Place:
    return _Place(view.mount_namespace, unit.compiler, env.get("PATH", ""))
