"""What `-C target-cpu=native` means: the compiler is asked, once for each toolchain.

An empty crate of tests, compiled to text, shows the processor's name and all its features as LLVM found them: nothing
else tells all of them (`--print cfg` knows only those that have a name in Rust). A daemon serves one machine, and while
it runs the processor does not become another one.
"""

import itertools
import os
import re
from dataclasses import replace
from typing import Final

from dunnage.keys.bounded import remember
from dunnage.keys.toolchain import Toolchain
from dunnage.model.unit import Unit, Word
from dunnage.model.view import View

_TOOLCHAINS_MAX: Final = 64
_QUESTION: Final = (
    "--test", "--crate-name=native", "--edition=2021", "--emit=llvm-ir", "-o", "-", "-Ctarget-cpu=native",
    "/dev/null",
)  # fmt: skip
_ASKED: Final = itertools.count()
"""rustc passes by a file in the working directory on its way to stdout, named after the crate and its metadata: with
the same ones, two that are asked at once take it away from each other.
"""
_ATTRIBUTES: Final = re.compile(rb'"target-cpu"="([^"]+)"(?: "target-features"="([^"]*)")?')


class NativeCpus:
    """What the toolchains that one daemon has met say of its machine."""

    def __init__(self) -> None:
        self._known: dict[bytes, str] = {}

    def named(self, view: View, unit: Unit, toolchain: Toolchain) -> Unit | None:
        """The unit, with a word more where its own ask for this machine's processor: its name and all its features.
        None where nobody can tell.

        Raises:
            ViewGone.
        """
        if not unit.native_cpu:
            return unit
        if unit.target not in (None, toolchain.host):
            return None
        known = self._known.get(toolchain.id)
        if known is None:
            known = _ask(view, unit)
            if known:
                remember(self._known, toolchain.id, known, _TOOLCHAINS_MAX)
        return replace(unit, words=[*unit.words, Word("native-cpu", known)]) if known else None


def _ask(view: View, unit: Unit) -> str:
    sysroot = () if unit.sysroot is None else (f"--sysroot={unit.sysroot}",)
    run = view.ask([unit.compiler, *sysroot, *_QUESTION, f"-Cmetadata=dunnage-{os.getpid()}-{next(_ASKED)}"])
    if run.code or run.signal:
        return ""
    found = {(name, features) for name, features in _ATTRIBUTES.findall(run.stdout or b"")}
    return "; ".join(sorted(f"{name.decode()} {features.decode()}" for name, features in found))
