"""What people read of `dunnage doctor`. Documents in, text out, lines ended."""

import textwrap
from collections.abc import Mapping
from typing import Any, Final

from dunnage.report.style import Style

_OK: Final = "ok"
_WIDTH: Final = len("warning")
_ROOM_MIN: Final = 30
"""Columns for sentences, however narrow a terminal is."""


def text(document: Mapping[str, Any], style: Style) -> str:
    """A line for what is in order; for everything else what, why, and what to do. Then how much of each."""
    findings = document["findings"]
    width = max((len(row["check"]) for row in findings), default=0)
    lines = [line for row in findings for line in _lines(row, width, style)]
    return "".join(f"{line}\n" for line in (*lines, "", _summary(document["counts"])))


def _lines(row: Mapping[str, Any], width: int, style: Style) -> list[str]:
    level = row["level"].ljust(_WIDTH)
    head = level if row["level"] == _OK else style.strong(level)
    margin = " " * (_WIDTH + width + 4)
    cure = f"what to do: {row['cure']}" if row["cure"] else ""
    room = 0 if style.width is None else max(style.width - len(margin), _ROOM_MIN)
    first, *rest = [line for text in (row["what"], row["why"], cure) for line in _wrapped(text, room)]
    return [f"{head}  {row['check'].ljust(width)}  {first}", *(f"{margin}{line}" for line in rest)]


def _wrapped(text: str, room: int) -> list[str]:
    """Lines that fit into a terminal, where there is one; paths and URLs stay whole."""
    if not room:
        return [text] if text else []
    return textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False)


def _summary(counts: Mapping[str, int]) -> str:
    found = [
        f"{count} {level}{'' if count == 1 else 's'}"
        for level, count in counts.items()
        if level != _OK and count
    ]
    return f"{', '.join(found)}." if found else "Nothing is wrong."
