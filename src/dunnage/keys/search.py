"""Which texts, places of roots above all, stand literally in the bytes of an output, found while the bytes pass by."""

from collections.abc import Mapping, Sequence

from dunnage import limits
from dunnage.keys.roots import Roots

_Place = tuple[str, bytes, bytes | None]
"""A root's name, its place, and the place around it that is looked for, too."""


class PlaceSearch:
    """Takes the bytes of one file in pieces.

    Most places are nowhere in most files, and the time goes into not finding them. So one that lies inside another
    (the target directory in the workspace) is looked for only where the outer one was found.
    """

    def __init__(self, roots: Roots, also: Sequence[tuple[str, str]] = ()) -> None:
        """`also`: names of roots with further texts that stand for their places."""
        outermost_first = [
            (name, place.encode("utf-8", "surrogateescape")) for name, place in reversed(roots.places)
        ]
        self._wanted: list[_Place] = []
        for name, place in outermost_first:
            around = (outer for _, outer in outermost_first if place.startswith(outer) and outer != place)
            self._wanted.append((name, place, next(around, None)))
        self._wanted += [(name, text.encode("utf-8", "surrogateescape"), None) for name, text in also]
        self._overlap = max((len(place) for _, place, _ in self._wanted), default=1) - 1
        self._seen: set[bytes] = set()
        self.found: set[str] = set()
        """Names of the roots whose place was seen so far; one that could be overlooked counts as seen."""
        if self._overlap > limits.LOOK_BACK_BYTES:  # it is no path, but a variable may say anything
            self.found |= {name for name, _ in roots.places}
            self._wanted = []

    def look(self, buffer: bytearray, start: int, end: int) -> None:
        """Take the next piece: `buffer[start:end]`, with the end of what came before in front of it."""
        first = max(0, start - self._overlap)
        missing: list[_Place] = []
        for name, place, outer in self._wanted:
            if (outer is None or outer in self._seen) and buffer.find(place, first, end) >= 0:
                self._seen.add(place)
                self.found.add(name)
            else:
                missing.append((name, place, outer))
        self._wanted = missing


class TextSearch:
    """Texts that are looked for in several files, one after the other, and in what is at hand as a whole."""

    def __init__(self, wanted: Mapping[str, str]) -> None:
        """`wanted`: names → the text of each, not empty and at most `limits.LOOK_BACK_BYTES` long; others are found."""
        texts = {name: text.encode("utf-8", "surrogateescape") for name, text in wanted.items()}
        self._wanted = {name: text for name, text in texts.items() if len(text) <= limits.LOOK_BACK_BYTES}
        self.found = texts.keys() - self._wanted.keys()
        """Names whose text was seen so far."""

    def look(self, buffer: bytes | bytearray, start: int, end: int) -> None:
        """Take the next piece of a file: `buffer[start:end]`, with the end of what came before in front of it."""
        for name, text in list(self._wanted.items()):
            if buffer.find(text, max(0, start - len(text) + 1), end) >= 0:
                self.found.add(name)
                del self._wanted[name]

    def look_at(self, whole: bytes) -> None:
        """Take a whole text."""
        self.look(whole, 0, len(whole))
