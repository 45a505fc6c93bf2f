"""Languages by `-x` and by suffix. Source: "Options Controlling the Kind of Output" of gcc's manual, and real runs."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Language:
    """What a source is compiled as. `kind` is what a person calls it."""

    kind: str
    preprocessed: bool = False
    """The preprocessor does not run, so nothing is told about headers."""

    @property
    def is_assembler(self) -> bool:
        """No compiler proper runs, only an assembler."""
        return self.kind.startswith("asm")


HEADER: Final = Language("header")
MODULE: Final = Language("module")
OTHER: Final = Language("other")
"""Understood as a name, but left to the compiler."""

_C, _CXX = Language("c"), Language("c++")
_OBJC, _OBJCXX = Language("objc"), Language("objc++")
_ASM, _ASM_CPP = Language("asm", preprocessed=True), Language("asm-cpp")

BY_OPTION: Final[dict[str, Language]] = {
    "c": _C,
    "c++": _CXX,
    "objective-c": _OBJC,
    "objective-c++": _OBJCXX,
    "cpp-output": Language("c", preprocessed=True),
    "c++-cpp-output": Language("c++", preprocessed=True),
    "objective-c-cpp-output": Language("objc", preprocessed=True),
    "objc-cpp-output": Language("objc", preprocessed=True),
    "objective-c++-cpp-output": Language("objc++", preprocessed=True),
    "objc++-cpp-output": Language("objc++", preprocessed=True),
    "assembler": _ASM,
    "assembler-with-cpp": _ASM_CPP,
    "c-header": HEADER,
    "c++-header": HEADER,
    "objective-c-header": HEADER,
    "objective-c++-header": HEADER,
    "c++-system-header": HEADER,
    "c++-user-header": HEADER,
    "c++-header-unit-header": HEADER,
    "c++-module": MODULE,
    "c++-module-cpp-output": MODULE,
}
"""By the value of `-x`; every other value is `OTHER`."""

BY_SUFFIX: Final[dict[str, Language]] = {
    "c": _C,
    **dict.fromkeys(("cc", "cp", "cxx", "cpp", "CPP", "c++", "C"), _CXX),
    "m": _OBJC,
    **dict.fromkeys(("mm", "M"), _OBJCXX),
    "i": BY_OPTION["cpp-output"],
    "ii": BY_OPTION["c++-cpp-output"],
    "mi": BY_OPTION["objc-cpp-output"],
    "mii": BY_OPTION["objc++-cpp-output"],
    "s": _ASM,
    **dict.fromkeys(("S", "sx"), _ASM_CPP),
    **dict.fromkeys(("h", "hh", "H", "hp", "hxx", "hpp", "HPP", "h++", "tcc"), HEADER),
    **dict.fromkeys(("cppm", "ccm", "cxxm", "c++m", "ixx", "mpp", "iim", "pcm"), MODULE),
    **dict.fromkeys(("cu", "cuh", "cui", "hip", "hipi", "cl", "clcpp", "hlsl"), OTHER),
    **dict.fromkeys(
        ("ll", "bc", "mlir", "rs", "go", "swift", "d", "dd", "di", "ads", "adb", "ada", "mod"), OTHER
    ),
    **dict.fromkeys(("f", "F", "for", "FOR", "ftn", "FTN", "fpp", "FPP", "f90", "F90", "f95", "F95"), OTHER),
    **dict.fromkeys(("f03", "F03", "f08", "F08"), OTHER),
}
"""By what follows the last dot of a name; a file with another suffix is the linker's."""


def language_of(path: str, option: str, cxx: bool) -> Language | None:
    """The language of a source; None where it is no source but something for the linker.

    Args:
        path: as written.
        option: the last `-x` before it, "" or `none` for none.
        cxx: the program takes C for C++.
    """
    if option not in ("", "none"):
        return BY_OPTION.get(option, OTHER)
    name = path.rpartition("/")[2]
    language = BY_SUFFIX.get(name.rpartition(".")[2]) if "." in name else None
    if cxx and language is not None and language.kind == "c":
        return Language("c++", language.preprocessed)
    return language
