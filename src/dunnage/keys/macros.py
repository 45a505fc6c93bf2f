"""What the text of a C source or header names of the macros whose value is not in any file: the time, and places.

Who expands them cannot be seen, so the name alone counts, also in a comment. A name that `##` puts together from two
halves is seen only where gcc asks for SOURCE_DATE_EPOCH on its account (`engine.bound`). Source: "Standard Predefined
Macros" and "Common Predefined Macros" of the preprocessor's manual.
"""

import os
import re
from enum import IntFlag
from typing import Final

from dunnage import limits
from dunnage.keys.bounded import remember
from dunnage.model.digest import Digest

_TEXTS_MAX: Final = 1 << 16
_OVERLAP_BYTES: Final = 32
_ELF: Final = b"\x7fELF"


class Named(IntFlag):
    """Which macros a text names."""

    TIME = 1
    """`__DATE__`, `__TIME__`: what SOURCE_DATE_EPOCH says, else the time of day."""
    STAMP = 2
    """`__TIMESTAMP__`: when the source was last changed."""
    ONCE = 8
    """`#pragma once`, `#import`: whether two files with one text are one is asked of times and inodes."""
    PLACE = 4
    """`__FILE__`, `__BASE_FILE__`, and what C++ and builtins say of where they stand."""


_NAMES: Final = re.compile(
    rb"__(DATE__|TIME__|TIMESTAMP__|FILE__|BASE_FILE__|builtin_FILE|builtin_source_location)\b"
)
_ONCE: Final = re.compile(rb"#[ \t]*import\b|\bpragma[ \t]+once\b|\b_Pragma[ \t]*\([ \t]*\"once")
_MEANING: Final = {b"DATE__": Named.TIME, b"TIME__": Named.TIME, b"TIMESTAMP__": Named.STAMP}


class Macros:
    """What one daemon knows of the texts that it has met, by their digests. Safe for many threads."""

    def __init__(self) -> None:
        self._known: dict[Digest, Named] = {}

    def of(self, digest: Digest) -> Named | None:
        """What a text names; None where it has not been read."""
        return self._known.get(digest)

    def remember(self, digest: Digest, named: Named) -> None:
        """Know it from now on."""
        remember(self._known, digest, named, _TEXTS_MAX)


def named_by_text(text: bytes) -> Named:
    """What a piece of text names."""
    found = Named(0)
    if b"__" in text:
        for match in _NAMES.finditer(text):
            found |= _MEANING.get(match[1], Named.PLACE)
    if _ONCE.search(text):
        found |= Named.ONCE
    return found


def named_in(descriptor: int) -> Named:
    """What an open file names."""
    found = Named(0)
    tail = b""
    offset = 0
    while data := os.pread(descriptor, limits.INLINE_BYTES_MAX, offset):
        if offset == 0 and data.startswith(_ELF):
            break  # a compiler has all of these names in it
        offset += len(data)
        data = tail + data
        found |= named_by_text(data)
        tail = data[-_OVERLAP_BYTES:]
    return found
