r"""Templates: dep-info and artifact notices, kept with marks where a root stood, filled in with today's places.

A mark is NUL, a letter for how the path was written, the root's name, NUL; a text that has a NUL of its own cannot be
kept. Letters:

    m   as make writes it: blanks escaped with a backslash (rules of a dep-info file)
    p   plain (comments of a dep-info file)
    j   as inside a JSON string (notices)

Only a path at a boundary becomes a mark. What remains literally afterwards binds the result to the root
(`literal_roots`), so a text is never right by chance only.
"""

import json
import re
from collections.abc import Callable
from itertools import groupby

from dunnage.keys.roots import Roots


class NotKeepable(ValueError):
    """The text cannot be made into a template."""


def _make(path: str) -> bytes:
    return _plain(path.replace(" ", "\\ "))


def _plain(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _json(path: str) -> bytes:
    return json.dumps(path, ensure_ascii=False)[1:-1].encode("utf-8", "surrogateescape")


_WRITERS: dict[bytes, Callable[[str], bytes]] = {b"m": _make, b"p": _plain, b"j": _json}


def _mark(lines: bytes, roots: Roots, letter: bytes, before: bytes, after: bytes) -> bytes:
    """Replace each root's path that stands between one of `before` and one of `after` (classes of a regex), or at an
    edge of a line.
    """
    for name, place in roots.places:
        path = _WRITERS[letter](place)
        if path in lines:
            pattern = rb"(?m)(^|[" + before + rb"])" + re.escape(path) + rb"(?=[" + after + rb"]|$)"
            lines = re.sub(pattern, rb"\g<1>\0" + letter + name.encode() + rb"\0", lines)
    return lines


def dep_info_template(data: bytes, roots: Roots) -> bytes:
    """Mark the roots in a dep-info file.

    Raises:
        NotKeepable: there is a NUL in it.
    """
    if b"\0" in data:
        raise NotKeepable("a NUL in dep-info")
    kinds = groupby(data.split(b"\n"), lambda line: line.startswith(b"#"))
    return b"\n".join(
        _mark(b"\n".join(lines), roots, b"p", rb"=", rb"/")
        if is_comment
        else _mark(b"\n".join(lines), roots, b"m", rb" ", rb"/: ")
        for is_comment, lines in kinds
    )


def notice_template(line: bytes, roots: Roots) -> bytes:
    """Mark the root at the beginning of the path in an artifact notice (one line of JSON)."""
    return _mark(line, roots, b"j", rb'"', rb'/"')


def fill(template: bytes, roots: Roots) -> bytes:
    """Write today's places into a template.

    Raises:
        KeyError: a root is not known for this unit.
    """
    if b"\0" not in template:
        return template
    for name, place in roots.places:
        mark = name.encode() + b"\0"
        if mark in template:
            for letter, write in _WRITERS.items():
                template = template.replace(b"\0" + letter + mark, write(place))
    if b"\0" in template:
        raise KeyError("a root of another unit")
    return template


def literal_roots(template: bytes, roots: Roots) -> set[str]:
    """The roots whose path still stands in a template literally, however it is written."""
    found = set()
    for name, place in roots.places:
        if any(write(place) in template for write in _WRITERS.values()):
            found.add(name)
    return found
