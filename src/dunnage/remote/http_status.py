"""What an HTTP server means by a status that is no success, for whoever has to go on without it. Pure."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Final

from dunnage.errors import RemoteBusy, RemoteError, RemoteFull, RemoteRefused, RemoteUnavailable

ABSENT: Final = frozenset({404, 410})
"""That what was asked for is not there."""

_FULL: Final = {
    413: "does not take files of this size (413)",
    507: "has no room left (507)",
}
_REFUSED: Final = {
    401: "wants other credentials (401)",
    403: "does not permit that (403)",
    405: "does not take that method here (405), so it may be no cache",
    407: "is behind a proxy that wants credentials (407)",
    501: "cannot do that (501), so it may be no cache",
}


def trouble(status: int, headers: Mapping[str, str], where: str) -> RemoteError:
    """The error of a status that is neither a success nor an absence. `where` begins the sentence."""
    wait_s = retry_after_s(headers)
    if status == 429 or (status == 503 and wait_s is not None):
        return RemoteBusy(f"{where} asks to be left alone for a while ({status}).", retry_after_s=wait_s)
    if status in _FULL:
        return RemoteFull(f"{where} {_FULL[status]}.")
    if status in _REFUSED:
        return RemoteRefused(f"{where} {_REFUSED[status]}.")
    if 300 <= status < 400:
        return RemoteRefused(
            f"{where} redirects to another place ({status}), which is not followed.",
            hint="Give the URL of that place.",
        )
    if 400 <= status < 500 and status != 408:
        return RemoteRefused(
            f"{where} does not accept what it was asked ({status}).",
            hint="Look at its URL: whether it is http or https, at the port, and at the path.",
        )
    return RemoteUnavailable(f"{where} has trouble of its own ({status}).")


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """How long a server wants to be left alone (RFC 9110, 10.2.3); None where it says nothing that is understood.

    A date is compared with the server's own, so that our clock does not matter.
    """
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        then, now = parsedate_to_datetime(text), parsedate_to_datetime(headers.get("Date", ""))
        return max(0.0, (then - now).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None
