"""What people read of `dunnage doctor`. Documents in, text out, lines ended."""

from collections.abc import Mapping
from typing import Any, Final

from dunnage.report.style import Style

_OK: Final = "ok"
_WIDTH: Final = len("warning")


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
    lines = [f"{head}  {row['check'].ljust(width)}  {row['what']}"]
    if row["why"]:
        lines.append(f"{margin}{row['why']}")
    if row["cure"]:
        lines.append(f"{margin}what to do: {row['cure']}")
    return lines


def _summary(counts: Mapping[str, int]) -> str:
    found = [
        f"{count} {level}{'' if count == 1 else 's'}"
        for level, count in counts.items()
        if level != _OK and count
    ]
    return f"{', '.join(found)}." if found else "Nothing is wrong."
