"""The text of a key: named parts, each with its length in front, so that no two lists of parts look alike.

The digest is made from the same parts as the readable text, so what a person compares is what was hashed.
"""

import struct
from collections.abc import Iterable
from typing import Final

from blake3 import blake3

from dunnage.keys.salt import SALT

UNSET: Final = b" (unset)"
"""What marks the name of a variable that is not set; no name of a part ends like this."""


class KeyText:
    """Collects named parts. Order matters; the caller sorts what has no order."""

    __slots__ = ("_parts",)

    def __init__(self, kind: str) -> None:
        self._parts: list[bytes] = [b"salt", SALT.encode(), b"kind", kind.encode()]

    def add(self, name: str, value: str | bytes | None) -> None:
        """Add one part. None is a value of its own: an unset variable is not an empty one."""
        parts = self._parts
        if value is None:
            parts.append(name.encode("utf-8", "surrogateescape") + UNSET)
            parts.append(b"")
            return
        parts.append(name.encode("utf-8", "surrogateescape"))
        parts.append(value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value)

    def add_all(self, name: str, values: Iterable[str | bytes]) -> None:
        """Add a list of parts under one name."""
        for value in values:
            self.add(name, value)

    def digest(self) -> bytes:
        """BLAKE3 over the number of parts, all their lengths, and then all of them: 32 bytes."""
        parts = self._parts
        lengths = struct.pack(f"<{len(parts) + 1}I", len(parts), *map(len, parts))
        return blake3(lengths + b"".join(parts)).digest()

    def render(self) -> str:
        """The parts, one a line, for people and for `diff`. Digests are shown in hex, line ends as escapes."""
        names = (part.decode("utf-8", "backslashreplace") for part in self._parts[::2])
        return "".join(
            f"{name}: {_readable(value)}\n" for name, value in zip(names, self._parts[1::2], strict=True)
        )


def _readable(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return data.hex()
    if text.isprintable():
        return text
    return data.hex() if len(data) == 32 else repr(text)[1:-1]
