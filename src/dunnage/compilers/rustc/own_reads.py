"""What rustc itself looks at while it compiles, so that it is not taken for what a procedural macro looked at.

A macro runs inside of rustc, in the same process, so only the name of a thing tells whose it is. Two tables say which
names are rustc's own: `VARIABLES`, and the rules of `OwnReads`, each with the reason why it may be left out. What a
macro reads under such a name stays unseen. Everything else joins the path set, also where rustc has read it, too: then
it counts twice and hurts nobody.

Source: what rustc 1.95 and a nightly of 1.99 do on Linux, seen by the preloaded library while they compiled serde, clap
and thiserror with their macros, in dev and in release, with and without a linker.
"""

import posixpath
import re
from collections.abc import Mapping
from typing import Final

from dunnage.compilers.rustc.searching import shows_archives
from dunnage.model.unit import Unit

_KEYED: Final = "in the unit key already"
_PEOPLE: Final = "changes what people see, not what is made"
_JOBS: Final = "the build's jobserver"
_MACHINE: Final = "how the compiler runs, not what it makes"
_LINK: Final = "in the linker's identity, or in the unit key where something is linked"

VARIABLES: Final[dict[str, str]] = {
    "CARGO_MAKEFLAGS": _JOBS,
    "MAKEFLAGS": _JOBS,
    "MFLAGS": _JOBS,
    "RUST_MIN_STACK": _MACHINE,
    "RUST_BACKTRACE": _PEOPLE,
    "RUST_LIB_BACKTRACE": _PEOPLE,
    "RUSTC_BOOTSTRAP": _KEYED,
    "RUSTC_CTFE_BACKTRACE": _KEYED,
    "RUSTC_FORCE_RUSTC_VERSION": _KEYED,
    "RUSTC_FORCE_INCR_COMP_ARTIFACT_HEADER": _KEYED,
    "RUSTC_OVERRIDE_VERSION_STRING": _KEYED,
    "RUST_TARGET_PATH": _KEYED,
    "CARGO": "in the unit key, as far as it is set: its path is another one in each toolchain",
    "LLVM_OVERRIDE_PRODUCER": _KEYED,
    "LLVM_IGNORED_ENV_VAR": "a switch of LLVM's own tests",
    "MALLOC_CONF": _MACHINE,
    "RUSTC_ICE": "where a compiler that crashes writes about it",
    "RUSTC_GRAPHVIZ_FONT": "for dumps that no build makes",
    "TERM": _PEOPLE,
    "COLORTERM": _PEOPLE,
    "NO_COLOR": _PEOPLE,
    "CLICOLOR": _PEOPLE,
    "CLICOLOR_FORCE": _PEOPLE,
    "COLUMNS": _PEOPLE,
    "TMPDIR": "where temporary files are",
    "PATH": "where a program is looked for: each place in which it was not, and the one in which it was, counts itself",
    "LD_LIBRARY_PATH": "where libraries are looked for: those that are loaded count",
    "QNX_TARGET": _LINK,
    "VCINSTALLDIR": _LINK,
    "LIBRARY_PATH": _LINK,
    "COMPILER_PATH": _LINK,
    "RUSTC_RETRY_LINKER_ON_SEGFAULT": _LINK,
    "LIB": _LINK,
}
"""Names that rustc, LLVM, std and the C library ask for by themselves, wherever std is: what `librustc_driver` asks for
is told apart anyway (`Seen.compiler_env`). That is how `CI`, which rustc asks for, too, counts for macros only: it is
set on the machines that fill a cache, and not on those that use it."""

_VARIABLE_PREFIXES: Final = ("RUSTC_LOG", "DUNNAGE_")
"""`RUSTC_LOG` is in the unit key, what begins with it shapes the log. The others are ours."""

_TEMPORARY: Final = re.compile(r"/(rustc|rmeta)[A-Za-z0-9]{6}(/|$)|/\.tmp[A-Za-z0-9]{6}(\.|$)")
_CRATE: Final = re.compile(r"lib[^/]*\.(rlib|rmeta|so|dylib|dll)|[^/]*\.dll")
_CRATE_OR_ARCHIVE: Final = re.compile(rf"{_CRATE.pattern}|lib[^/]*\.a|[^/]*\.lib")
_SYSTEM: Final = ("/proc/", "/sys/", "/dev/")
_ALLOCATOR: Final = "/etc/malloc.conf"
_TOOLCHAIN: Final = re.compile(
    r"(/lib[^/]*/rustlib(/.*)?|/bin/(rustc|clippy-driver)|/lib[^/]*/lib(rustc_driver|LLVM|std|rustc)[^/]*)?"
)
_LIBRARY: Final = re.compile(
    r"(ld-(linux|musl|uClibc)[^/]*|ld64|ld)\.so[.0-9]*"
    r"|lib(c|m|dl|rt|pthread|util|gcc_s|z|stdc\+\+|zstd|atomic)(-[0-9.]+)?\.so[.0-9]*"
    r"|libc\.musl-[^/]*\.so[.0-9]*"
)
"""What the loader takes in for rustc and LLVM: the C library, the unwinder, compression."""


def is_own_variable(name: str) -> bool:
    """Whether rustc or what it is built on asks for a variable by itself."""
    return name in VARIABLES or name.startswith(_VARIABLE_PREFIXES)


def is_system_library(path: str) -> bool:
    """Whether a shared object is one that any rustc loads."""
    return _LIBRARY.fullmatch(posixpath.basename(path)) is not None


PLACES: Final[dict[str, str]] = {
    "the toolchain's programs and libraries, `rustlib`": "the toolchain's identity",
    "the unit's inputs and outputs, and what is called like an output beside it": "in the key, or made by rustc",
    "`rustcXXXXXX`, `rmetaXXXXXX`, `.tmpXXXXXX`": "rustc's temporary files",
    "the incremental directory": "empty, or the unit is not cached",
    "the `-L` directories, and crates in them": "inputs, or in the crates that use them",
    "native libraries there, of a unit that is linked or bundles them": "inputs, or what the linker notes",
    "programs called like the linker's driver, wherever they are looked for": "the linker's identity",
    "`/proc`, `/sys`, `/dev`": "the process, the machine, the jobserver: no files with contents",
    "the jobserver's pipe": "it carries no contents",
    "`/etc/malloc.conf`": "how rustc's allocator works",
    "that the directory in which rustc runs is there, or the one that it writes into, or any above": "they always are",
    "libraries that any rustc loads: libc, libgcc_s, libz, …": "as for the toolchain, the C library does not count",
}
"""Each rule of `OwnReads`, with the reason. The last two hold for being looked at and for being loaded only."""


class OwnReads:
    """The places of one unit's compiler: the rules are those of `PLACES`."""

    def __init__(self, unit: Unit, sysroot: str, env: Mapping[str, str]) -> None:
        self._sysroot = posixpath.normpath(sysroot)
        made = [_tidy(output.path) for output in unit.outputs]
        self._named = {*made, *(_tidy(item.path) for item in unit.inputs)}
        self._made_in = {_tidy(unit.out_dir), *map(posixpath.dirname, made)}
        stem = posixpath.basename(unit.dep_info).removesuffix(".d")
        self._stems = (stem, f"lib{stem}")
        searched = [*unit.library_dirs, *(item.path for item in unit.search_dirs if item.suffixes)]
        searched += () if unit.link is None else unit.link.search_dirs
        searched += (posixpath.dirname(item.path) for item in unit.inputs if item.role.startswith("extern "))
        self._searched = set(map(_tidy, searched))
        self._listed = self._searched.union(_tidy(item.path) for item in unit.search_dirs)
        self._libraries = _CRATE if shows_archives(unit.search_dirs) else _CRATE_OR_ARCHIVE
        self._cwd = _tidy(unit.cwd)
        self._incremental = None if unit.incremental is None else _tidy(unit.incremental)
        self._driver = "" if unit.link is None else posixpath.basename(unit.link.driver)
        self._pipes = {
            _tidy(word.removeprefix("--jobserver-auth=fifo:"))
            for name in ("CARGO_MAKEFLAGS", "MAKEFLAGS")
            for word in env.get(name, "").split(" ")
            if word.startswith("--jobserver-auth=fifo:")
        }

    def is_read(self, path: str) -> bool:
        """Whether rustc looks at this path by itself."""
        tidy = _tidy(path)
        directory, name = posixpath.split(tidy)
        return (
            tidy in self._listed
            or (directory in self._searched and self._libraries.fullmatch(name) is not None)
            or tidy == _ALLOCATOR
            or self.is_driver(tidy)
            or self._is_of_the_toolchain(tidy)
            or self._is_made(tidy)
        )

    def is_written(self, path: str) -> bool:
        """Whether rustc makes this file or directory, or one in which it makes something."""
        tidy = _tidy(path)
        return self._is_made(tidy) or self.is_above(tidy)

    def _is_made(self, path: str) -> bool:
        directory, name = posixpath.split(path)
        return (
            path in self._named
            or path in self._pipes
            or f"{path}/".startswith(_SYSTEM)
            or _TEMPORARY.search(path) is not None
            or (directory in self._made_in and self._is_called_like_an_output(name))
            or (self._incremental is not None and f"{path}/".startswith(f"{self._incremental}/"))
        )

    def is_above(self, path: str) -> bool:
        """Whether this is the directory in which rustc runs or makes something, or above it: that is there."""
        above = f"{_tidy(path).rstrip('/')}/"
        return any(f"{place}/".startswith(above) for place in (self._cwd, *self._made_in))

    def is_driver(self, path: str) -> bool:
        """Whether a program is called like the one that links."""
        return self._driver != "" and posixpath.basename(path) == self._driver

    def _is_called_like_an_output(self, name: str) -> bool:
        return any(name == stem or name.startswith((f"{stem}.", f"{stem}-")) for stem in self._stems)

    def _is_of_the_toolchain(self, path: str) -> bool:
        if not path.startswith(self._sysroot):
            return False
        return _TOOLCHAIN.fullmatch(path[len(self._sysroot) :]) is not None


def _tidy(path: str) -> str:
    """For comparing names only: `a/x/../b` is another file than `a/b` where `x` is a link."""
    tidy = posixpath.normpath(path)
    return tidy[1:] if tidy.startswith("//") else tidy
