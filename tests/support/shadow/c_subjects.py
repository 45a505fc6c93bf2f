"""The C and C++ projects under shadow: zlib and a part of zstd as crates bring them along, and a C++ one of our own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from support.c_crates import package

SUFFIXES: Final = (".c", ".h", ".cpp", ".hpp", ".S")

_CXX: Final = {
    "include/shape.hpp": (
        "#pragma once\n#include <string>\n#define SIDES 4\n"
        "template <int N> struct Shape { static constexpr int sides = N; std::string name() const; };\n"
        "template <int N> std::string Shape<N>::name() const { return std::to_string(N * SIDES); }\n"
    ),
    "include/all.hpp": '#pragma once\n#include "shape.hpp"\n#include <map>\n#include <vector>\n#define MANY 3\n',
    "one.cpp": '#include "all.hpp"\nstd::string one() { return Shape<MANY>().name(); }\n',
    "two.cpp": '#include "shape.hpp"\nint two(int x) { return x + Shape<2>::sides; }\n',
    "three.cpp": (
        '#include "all.hpp"\nstd::map<int, std::string> three() {\n    std::map<int, std::string> found;\n'
        "    for (int i = 0; i < MANY; i++) { found[i] = Shape<SIDES>().name(); }\n    return found;\n}\n"
    ),
}


@dataclass(frozen=True, slots=True)
class CSubject:
    """One project: its texts by path, and the words that stand in front of `-c SOURCE -o OBJECT`."""

    words: tuple[str, ...]
    texts: Callable[[Path], Mapping[str, str]]
    """From a directory for what has to be fetched."""

    def sources(self, texts: Mapping[str, str]) -> list[str]:
        """What is compiled."""
        return sorted(name for name in texts if name.endswith((".c", ".cpp", ".S")))


def _crate(name: str, *directories: str) -> Callable[[Path], Mapping[str, str]]:
    def texts(scratch: Path) -> Mapping[str, str]:
        _, home = package(scratch / "package")
        (root,) = (home / "registry/src").glob(f"*/{name}")
        return {
            str(path.relative_to(root / directories[0])): path.read_text()
            for directory in directories[1:] or (".",)
            for path in sorted((root / directories[0] / directory).iterdir())
            if path.suffix in SUFFIXES
        }

    return texts


C_SUBJECTS: Final[dict[str, CSubject]] = {
    "zlib": CSubject(("gcc", "-Ifirst", "-I."), _crate("libz-sys-1.1.23", "src/zlib")),
    "zstd": CSubject(
        ("clang", "-Ifirst", "-Icommon"), _crate("zstd-sys-2.0.16*", "zstd/lib", ".", "common", "decompress")
    ),
    "shapes": CSubject(("g++", "-std=c++17", "-Ifirst", "-Iinclude"), lambda scratch: _CXX),
}
