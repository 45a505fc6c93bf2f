"""Names of programs that are gcc or clang.

    [aarch64-linux-gnu-] gcc [-12]          also g++ cc c++ clang clang++
    [any-prefix-]        gcc [-12.3.0]

`native/worth.c` has a cheaper test of the same names.
"""

import re
from typing import Final

_DRIVER: Final = re.compile(r"(?:[A-Za-z0-9_.+]+-)*(gcc|g\+\+|cc|c\+\+|clang|clang\+\+)(?:-[0-9][0-9.]*)?")

_CXX: Final = frozenset({"g++", "c++", "clang++"})


def is_driver(name: str) -> bool:
    """Whether a program's name, without directory and `.exe`, is one of a C or C++ compiler."""
    return _DRIVER.fullmatch(name) is not None


def _kind(name: str) -> str:
    match = _DRIVER.fullmatch(name)
    return "" if match is None else match[1]


def is_cxx(name: str) -> bool:
    """Whether the program takes a `.c` for C++."""
    return _kind(name) in _CXX


def is_clang(name: str) -> bool:
    """Whether the program is clang by its name; `cc` and `c++` may be either, and count as gcc."""
    return _kind(name).startswith("clang")
