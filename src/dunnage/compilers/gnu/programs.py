"""The programs that a C compiler's driver starts, and what these look at that changes nothing of what they make."""

import posixpath
from typing import Final

from dunnage.compilers.gnu.names import bare_name, is_driver

SEARCHED: Final = ("as", "objcopy")
"""Programs that a driver may look for in PATH: the assembler, and what takes `.dwo` files out of objects."""

_PROPER: Final = frozenset({"cc1", "cc1plus", "cc1obj", "cc1objplus"})
"""The compilers proper."""

IGNORED: Final[dict[str, str]] = {
    "PATH": "where `SEARCHED` are looked for: what it finds there is in the toolchain's identity",
    "TERM": "in how diagnostics look, which a result with diagnostics is bound to",
    "COLUMNS": "the same",
    "GCC_COLORS": "the same",
    "GCC_URLS": "the same",
    "TERM_URLS": "the same",
    "TMPDIR": "where temporary files are",
    "TMP": "the same",
    "TEMP": "the same",
    "MAKEFLAGS": "the jobserver of this build, by its descriptors",
    "LD_LIBRARY_PATH": "where libraries are looked for: those that are loaded count",
}
"""Variables that a driver or what it starts asks for, and that do not count, each with the reason."""


def is_driven(program: str) -> bool:
    """Whether a program, by its file, is one that belongs to a compiler's run.

    All of them ask the C library for a variable by its name, start programs only from places that are looked for, have
    no other inputs than files, and take PWD for a name of their directory or for nothing (`keys.pwd`).
    """
    name = posixpath.basename(program)
    return name in _PROPER or is_driver(name) or bare_name(name) in SEARCHED
