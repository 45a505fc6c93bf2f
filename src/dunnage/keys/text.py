"""The text of a key: named parts, each with its length in front, so that no two lists of parts look alike.

The digest is made from the same parts as the readable text, so what a person compares is what was hashed. Parts are
kept as text and encoded all at once: a key has some seventy, and a hit makes two keys.
"""

import struct
from collections.abc import Iterable
from typing import Final

from blake3 import blake3

from dunnage.keys.salt import SALT

UNSET: Final = "\0(unset)"
"""What marks the name of a variable that is not set. No name has a NUL: the wire lets none through."""


class KeyText:
    """Collects named parts. Order matters; the caller sorts what has no order."""

    __slots__ = ("_parts",)

    def __init__(self, kind: str) -> None:
        self._parts: list[str] = ["salt", SALT, "kind", kind]

    def add(self, name: str, value: str | None) -> None:
        """Add one part. None is a value of its own: an unset variable is not an empty one."""
        self._parts += (name + UNSET, "") if value is None else (name, value)

    def add_digest(self, name: str, value: bytes) -> None:
        """Add a digest, which is written in hex."""
        self._parts += (name, value.hex())

    def add_all(self, name: str, values: Iterable[str]) -> None:
        """Add a list of parts under one name."""
        for value in values:
            self._parts += (name, value)

    def pairs(self) -> list[tuple[str, str]]:
        """Names and values; the name of one that is not set ends in `UNSET`."""
        return list(zip(self._parts[::2], self._parts[1::2], strict=True))

    def digest(self) -> bytes:
        """BLAKE3 over the number of parts, all their lengths in characters, and then all of them: 32 bytes."""
        parts = self._parts
        lengths = struct.pack(f"<{len(parts) + 1}I", len(parts), *map(len, parts))
        return blake3(lengths + "".join(parts).encode("utf-8", "surrogateescape")).digest()

    def render(self) -> str:
        """The parts, one a line, for people and for `diff`. What would break a line is shown as an escape."""
        pairs = zip(self._parts[::2], self._parts[1::2], strict=True)
        return "".join(f"{name.replace(UNSET, ' (unset)')}: {_readable(value)}\n" for name, value in pairs)


def _readable(text: str) -> str:
    return text if text.isprintable() else repr(text)[1:-1]
