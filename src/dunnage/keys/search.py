"""Which roots' places stand literally in the bytes of an output, found while the bytes pass by."""

from dunnage.keys.roots import Roots

_Place = tuple[str, bytes, bytes | None]
"""A root's name, its place, and the place around it that is looked for, too."""


class PlaceSearch:
    """Takes the bytes of one file in pieces.

    Most places are nowhere in most files, and the time goes into not finding them. So one that lies inside another
    (the target directory in the workspace) is looked for only where the outer one was found.
    """

    def __init__(self, roots: Roots) -> None:
        outermost_first = [
            (name, place.encode("utf-8", "surrogateescape")) for name, place in reversed(roots.places)
        ]
        self._wanted: list[_Place] = []
        for name, place in outermost_first:
            around = (outer for _, outer in outermost_first if place.startswith(outer) and outer != place)
            self._wanted.append((name, place, next(around, None)))
        self._overlap = max((len(place) for _, place in outermost_first), default=1) - 1
        self._tail = b""
        self._seen: set[bytes] = set()
        self.found: set[str] = set()
        """Names of the roots whose place was seen so far."""

    def look(self, data: bytes) -> None:
        """Take the next piece."""
        if not self._wanted:
            return
        data = self._tail + data
        missing: list[_Place] = []
        for name, place, outer in self._wanted:
            if (outer is None or outer in self._seen) and place in data:
                self._seen.add(place)
                self.found.add(name)
            else:
                missing.append((name, place, outer))
        self._wanted = missing
        self._tail = data[max(0, len(data) - self._overlap) :]
