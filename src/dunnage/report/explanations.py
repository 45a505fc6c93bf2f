"""What people read of `dunnage explain`. Documents in, text out, lines ended."""

import time
from collections.abc import Mapping
from typing import Any, Final

from dunnage.report.style import Style

_DIFFERENCES_SHOWN: Final = 8


def text(document: Mapping[str, Any], unit: str | None, style: Style) -> str:
    """A paragraph for each session."""
    if not document["sessions"]:
        if unit is None:
            return "Nothing to explain: no miss is kept.\n"
        return f"Nothing is kept of {unit!r}: it was only ever a hit, or never compiled through dunnage.\n"
    return "\n".join(_session(session, style) for session in document["sessions"])


def _session(session: Mapping[str, Any], style: Style) -> str:
    name = session["unit"] or "a call that was not understood"
    detail = f" ({session['detail']})" if session["detail"] else ""
    lines = [
        f"{style.strong(name)}: {session['outcome']}, {session['reason']}, {_when(session['ended'])}",
        f"  {session['sentence']}{detail}",
    ]
    others = session["differences"][1:]
    lines += [f"  also: {item['sentence']}" for item in others[:_DIFFERENCES_SHOWN]]
    if len(others) > _DIFFERENCES_SHOWN:
        lines.append(f"  and {len(others) - _DIFFERENCES_SHOWN} more (--json has all)")
    if session["compared_with"] is not None:
        lines.append(f"  compared with the entry of {_when(session['compared_with'])}")
    if session["advice"]:
        lines.append(f"  what to do: {session['advice']}")
    return "".join(f"{line}\n" for line in lines)


def _when(seconds: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))
