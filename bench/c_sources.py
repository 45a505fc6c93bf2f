"""What of C and C++ is compiled: real sources, as crates.io and Debian have them, in groups that are told apart.

Each group is a list of compiles that need nothing but its sources, the system's headers, and no configure script.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HEADERS: Final = (
    "algorithm", "array", "atomic", "chrono", "deque", "filesystem", "functional", "future", "iostream", "map",
    "memory", "mutex", "numeric", "optional", "random", "regex", "set",
    "sstream", "string", "thread", "tuple", "unordered_map",
    "variant", "vector",
)  # fmt: skip
CXX_FILES: Final = 12

_GOOGLETEST: Final = Path("/usr/src/googletest")
_FMT_TESTS: Final = ("args", "chrono", "color", "core", "ostream", "printf", "ranges", "xchar")


@dataclass(frozen=True, slots=True)
class Compile:
    """One compile: its words, the directory in which it runs, and the object."""

    argv: tuple[str, ...]
    cwd: Path
    output: Path


def groups(scratch: Path, tell: Callable[[str], None]) -> dict[str, list[Compile]]:
    """All that can be had here, by name, each in a directory of its own; `tell` is given what cannot, and why."""
    found = dict(_of_crates(scratch))
    found["12 files that include much of the C++ library"] = list(_standard_library(scratch / "library"))
    found |= dict(_of_debian(scratch, tell))
    return found


def _of_crates(scratch: Path) -> Iterator[tuple[str, list[Compile]]]:
    """The sources that -sys crates bring along."""
    from support import c_crates

    _, home = c_crates.package(scratch / "package")
    (sqlite,) = (home / "registry/src").glob("*/libsqlite3-sys-0.35.0/sqlite3")
    (zstd,) = (home / "registry/src").glob("*/zstd-sys-2.0.16*/zstd/lib")
    library = shutil.copytree(zstd, scratch / "zstd")
    files = [path for path in library.rglob("*.c") if "legacy" not in path.parts]
    yield "zstd", list(_each(library, files, "gcc", "-O2", "-g", "-I.", "-Icommon"))
    place = shutil.copytree(sqlite, scratch / "sqlite")
    yield "sqlite, all in one file", list(_each(place, [place / "sqlite3.c"], "gcc", "-O1", "-g", "-I."))


def _of_debian(scratch: Path, tell: Callable[[str], None]) -> Iterator[tuple[str, list[Compile]]]:
    """Sources of C++ with heavy headers."""
    from support.debian_sources import source_package
    from support.require import missing

    reason = missing("debian sources") or missing("googletest") or missing("boost")
    if reason is not None:
        tell(f"fmt and Boost are not measured: {reason}")
        return
    fmt = shutil.copytree(source_package("fmtlib", patched=True), scratch / "fmt")
    includes = [f"-I{_GOOGLETEST}/googletest/include", f"-I{_GOOGLETEST}/googlemock/include"]
    files = [fmt / "src/format.cc", *(fmt / f"test/{name}-test.cc" for name in _FMT_TESTS)]
    yield "fmt and its tests", list(_each(fmt, files, "g++", "-O0", "-g", "-Iinclude", *includes))
    revenge = shutil.copytree(source_package("librevenge"), scratch / "librevenge")
    files = [path for path in revenge.glob("src/lib/*.cpp") if "#include <boost/" in path.read_text()]
    files += [path for path in revenge.glob("src/lib/*Stream.cpp") if path not in files]
    yield "librevenge, over Boost", list(_each(revenge, files, "g++", "-O1", "-g", "-Iinc", "-Isrc/lib"))


def _standard_library(directory: Path) -> Iterator[Compile]:
    directory.mkdir(parents=True)
    files = []
    for number in range(CXX_FILES):
        chosen = [name for index, name in enumerate(HEADERS) if (index + number) % 3]
        text = "".join(f"#include <{name}>\n" for name in chosen)
        files.append(directory / f"c{number}.cpp")
        files[-1].write_text(f"{text}std::string f{number}() {{ return std::to_string({number}); }}\n")
    return _each(directory, files, "g++", "-O1", "-g", "-std=c++17")


def _each(directory: Path, files: Iterable[Path], *words: str) -> Iterator[Compile]:
    """A compile of each file, in the directory, as a makefile would name it."""
    objects = directory / "objects"
    objects.mkdir()
    for path in sorted(files):
        output = objects / f"{path.stem}.o"
        source = str(path.relative_to(directory))
        yield Compile((*words, "-c", source, "-o", str(output)), directory, output)
