"""gRPC's status codes (https://grpc.io/docs/guides/status-codes), and which of our errors each is."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from dunnage.errors import (
    RemoteBusy,
    RemoteDamaged,
    RemoteError,
    RemoteFull,
    RemoteRefused,
    RemoteUnavailable,
)
from dunnage.remote import limits
from dunnage.remote.reapi.messages import Duration, RetryInfo, Status
from dunnage.remote.reapi.protobuf import decode
from dunnage.remote.reapi.wording import distrust, is_about_the_name, plain

OK: Final = 0
NOT_FOUND: Final = 5
ALREADY_EXISTS: Final = 6
RESOURCE_EXHAUSTED: Final = 8
UNIMPLEMENTED: Final = 12
UNAVAILABLE: Final = 14

DETAILS_KEY: Final = "grpc-status-details-bin"
"""The trailer that holds a `Status` with more than code and text."""
PUSHBACK_KEY: Final = "grpc-retry-pushback-ms"
"""The trailer that says how long to wait."""

_RETRY_INFO: Final = "type.googleapis.com/google.rpc.RetryInfo"
_WAIT_S_MAX: Final = 24 * 3600
_TOO_LARGE: Final = "larger than max"
"""How gRPC itself, here or there, says that a message is beyond its bound: a RESOURCE_EXHAUSTED that no wait mends."""
_NO_TLS: Final = "WRONG_VERSION_NUMBER"


class NotThere(RemoteRefused):
    """NOT_FOUND: a miss where a record or a blob was asked for; elsewhere an instance that a server does not have."""

    hint = "Look at the instance's name, the path of the URL."


class NotImplementedThere(RemoteRefused):
    """UNIMPLEMENTED: a server does not do that."""

    hint = "Look whether it is a cache of the Remote Execution API."


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a code means for us."""

    error: type[RemoteError]
    says: str
    """What follows `The remote <url> `."""
    hint: str | None = None
    """None: that of the error."""


_INSTANCE: Final = "Look at the instance's name, the path of the URL."

_MEANINGS: Final[Mapping[int, _Meaning]] = {
    1: _Meaning(RemoteUnavailable, "broke the request off"),  # CANCELLED
    2: _Meaning(RemoteUnavailable, "has trouble that it does not name"),  # UNKNOWN
    3: _Meaning(RemoteRefused, "does not take such a request", _INSTANCE),  # INVALID_ARGUMENT
    4: _Meaning(RemoteUnavailable, "did not answer in time"),  # DEADLINE_EXCEEDED
    NOT_FOUND: _Meaning(NotThere, "does not have what was asked for"),
    ALREADY_EXISTS: _Meaning(RemoteRefused, "does not replace what it has"),
    7: _Meaning(RemoteRefused, "does not permit that"),  # PERMISSION_DENIED
    RESOURCE_EXHAUSTED: _Meaning(RemoteBusy, "asks to be left alone"),
    9: _Meaning(
        RemoteUnavailable, "is not in the state for that"
    ),  # FAILED_PRECONDITION: a blob went meanwhile
    10: _Meaning(RemoteUnavailable, "broke the request off"),  # ABORTED
    11: _Meaning(RemoteRefused, "does not take such a request", _INSTANCE),  # OUT_OF_RANGE
    UNIMPLEMENTED: _Meaning(NotImplementedThere, "does not do that"),
    13: _Meaning(RemoteUnavailable, "has trouble of its own"),  # INTERNAL
    UNAVAILABLE: _Meaning(RemoteUnavailable, "cannot be reached"),
    15: _Meaning(RemoteDamaged, "has lost what was asked for"),  # DATA_LOSS
    16: _Meaning(RemoteRefused, "does not know us"),  # UNAUTHENTICATED
}
_UNKNOWN: Final = _MEANINGS[2]


def error_of(
    where: str, code: int, details: str, retry_after_s: float | None = None, *, stores: bool = False
) -> RemoteError:
    """What the status of a call is for us; `details` is what came with it, already without secrets.

    `stores`: of one that puts something. The specification says RESOURCE_EXHAUSTED there where there is no room; what
    limits rates says so, too, but how long to wait.
    """
    meaning = _MEANINGS.get(code, _UNKNOWN)
    why_distrusted = distrust(details) if code == UNAVAILABLE else None
    if code == UNAVAILABLE and is_about_the_name(details):
        return RemoteUnavailable(f"The remote {where} has a name that cannot be resolved.")
    details = plain(details)
    said = f"The remote {where} {meaning.says}{_shown(details)}."
    if code == RESOURCE_EXHAUSTED and _TOO_LARGE in details:
        return RemoteDamaged(
            f"The remote {where} and we do not agree how large a message may be{_shown(details)}."
        )
    if code == RESOURCE_EXHAUSTED and stores and retry_after_s is None:
        return RemoteFull(f"The remote {where} has no room{_shown(details)}.")
    if meaning.error is RemoteBusy or (code == UNAVAILABLE and retry_after_s is not None):
        return RemoteBusy(said, retry_after_s=retry_after_s, hint=meaning.hint)
    if why_distrusted is not None:
        return RemoteRefused(
            f"The remote {where} has a certificate that does not verify{_shown(why_distrusted)}.",
            hint="`ca_file=` in its URL names the certificates that are trusted; look at the host's name, too.",
        )
    if code == UNAVAILABLE and _NO_TLS in details:
        return RemoteRefused(
            f"The remote {where} does not speak TLS{_shown(details)}.", hint="`grpc://` is without."
        )
    return meaning.error(said, hint=meaning.hint)


def error_of_blob(where: str, status: Status, *, stores: bool = False) -> RemoteError:
    """What the status of one blob of a batch is for us. RemoteDamaged, if that cannot be read."""
    return error_of(where, status.code, status.message, retry_after(status), stores=stores)


def waits(trailers: Iterable[tuple[str, str | bytes]]) -> float | None:
    """How long a server asks to be left alone, in the trailers of a call that failed; None: it does not say."""
    for key, value in trailers:
        if key == DETAILS_KEY and isinstance(value, bytes):
            with suppress(RemoteDamaged):
                seconds = retry_after(decode(Status, value))
                if seconds is not None:
                    return seconds
        if key == PUSHBACK_KEY and isinstance(value, str) and value.isascii() and value.isdigit():
            return min(int(value[:12]) / 1000, _WAIT_S_MAX)
    return None


def retry_after(status: Status) -> float | None:
    """How long a status asks to be left alone, in seconds; None: it does not say. RemoteDamaged."""
    for detail in status.details:
        if detail.type_url == _RETRY_INFO:
            delay = decode(RetryInfo, detail.value).retry_delay or Duration()
            return min(max(delay.seconds + delay.nanos / 1e9, 0.0), _WAIT_S_MAX)
    return None


def _shown(details: str) -> str:
    """What a server says, on one line and not without end."""
    text = " ".join("".join(each if each.isprintable() else " " for each in details[:2000]).split())
    if len(text) > limits.REAPI_DETAILS_CHARS_MAX:
        text = text[: limits.REAPI_DETAILS_CHARS_MAX] + "…"
    return f": {text.rstrip('.?! ')}" if text else ""
