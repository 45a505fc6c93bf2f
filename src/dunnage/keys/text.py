"""The text of a key: named parts, each with its length in front, so that no two lists of parts look alike.

The digest is made from the same parts as the readable text, so what a person compares is what was hashed.
"""

import struct
from collections.abc import Iterable

from blake3 import blake3

from dunnage.keys.salt import SALT

_LENGTHS = struct.Struct("<II")


class KeyText:
    """Collects named parts. Order matters; the caller sorts what has no order."""

    __slots__ = ("_chunks",)

    def __init__(self, kind: str) -> None:
        self._chunks: list[bytes] = []
        self.add("salt", SALT)
        self.add("kind", kind)

    def add(self, name: str, value: str | bytes | None) -> None:
        """Add one part. None is a value of its own: an unset variable is not an empty one."""
        key = name.encode("utf-8", "surrogateescape")
        if value is None:
            key, data = key + b" (unset)", b""
        else:
            data = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
        self._chunks += (_LENGTHS.pack(len(key), len(data)), key, data)

    def add_all(self, name: str, values: Iterable[str | bytes]) -> None:
        """Add a list of parts under one name."""
        for value in values:
            self.add(name, value)

    def digest(self) -> bytes:
        """BLAKE3 over all parts with their lengths, 32 bytes."""
        return blake3(b"".join(self._chunks)).digest()

    def render(self) -> str:
        """The parts, one a line, for people and for `diff`. Digests are shown in hex, line ends as escapes."""
        lines = []
        for index in range(0, len(self._chunks), 3):
            name = self._chunks[index + 1].decode("utf-8", "backslashreplace")
            lines.append(f"{name}: {_readable(self._chunks[index + 2])}\n")
        return "".join(lines)


def _readable(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return data.hex()
    if text.isprintable():
        return text
    return data.hex() if len(data) == 32 else repr(text)[1:-1]
