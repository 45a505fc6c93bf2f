"""Names of programs that are gcc or clang, and of what belongs to them.

    [aarch64-linux-gnu-] gcc [-12]          also g++ cc c++ clang clang++
    [any-prefix-]        gcc [-12.3.0]

`native/worth.c` has a cheaper test of the same names.
"""

import re
from typing import Final

_NAME: Final = re.compile(r"(?:[A-Za-z0-9_.+]+-)*([a-z][a-z0-9+]*)(?:-[0-9][0-9.]*)?")

_CXX: Final = frozenset({"g++", "c++", "clang++"})
_DRIVERS: Final = frozenset({"gcc", "cc", "clang", *_CXX})


def bare_name(name: str) -> str:
    """A program's name without what it is for and its version: `gcc`, `as`; empty where it has another form."""
    match = _NAME.fullmatch(name)
    return "" if match is None else match[1]


def is_driver(name: str) -> bool:
    """Whether a program's name, without directory and `.exe`, is one of a C or C++ compiler."""
    return bare_name(name) in _DRIVERS


def is_cxx(name: str) -> bool:
    """Whether the program takes a `.c` for C++."""
    return bare_name(name) in _CXX


def is_clang(name: str) -> bool:
    """Whether the program is clang by its name; `cc` and `c++` may be either, and count as gcc."""
    return bare_name(name) in ("clang", "clang++")
