"""obstore's exceptions as ours.

It gives one class to nearly everything and the facts in words, so those are looked for in its words: the status, the
service's own code (`<Code>`, which S3, Google and Azure have in common), and below "Debug source" the kind of failure.
No word of it is passed on but that code.
"""

import re
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
from dunnage.remote.http_status import trouble

_STATUS: Final = re.compile(r"non-2xx status code: (\d{3})\b")
_CODE: Final = re.compile(r"<Code>(\w{1,64})</Code>")
_KIND: Final = re.compile(r"\bkind: (Connect|Timeout|Interrupted|Decode)\b|\bsource: (TimedOut)\b")
_CERTIFICATE: Final = re.compile(r"invalid peer certificate: (\w{1,40})")
_METADATA: Final = re.compile(r"://(169\.254\.|metadata\.google\.internal)")
"""Where a cloud's machines ask who they are: whoever is sent there has no other credentials."""

_NO_BUCKET: Final = frozenset({"ContainerNotFound", "NoSuchBucket", "ResourceNotFound"})
_FULL: Final = frozenset({"EntityTooLarge", "QuotaExceeded", "RequestBodyTooLarge", "XMinioStorageFull"})
_BUSY: Final = frozenset(
    {"OperationTimedOut", "RequestLimitExceeded", "ServerBusy", "SlowDown", "TooManyRequests"}
)
_UNKNOWN: Final = frozenset(
    {"AuthenticationFailed", "AuthenticationRequired", "ExpiredToken", "InvalidAccessKeyId", "InvalidToken"}
) | {"SignatureDoesNotMatch", "TokenRefreshRequired"}  # fmt: skip
"""It is not known who we are, whatever we may."""
_CLOCK: Final = frozenset({"RequestTimeTooSkewed", "RequestExpired"})


def meant_by(error: Exception, where: str) -> RemoteError:
    """The error of ours. `where` begins its sentence."""
    text = str(error)
    status = _STATUS.search(text)
    code = _CODE.search(text)
    if _METADATA.search(text):
        return RemoteRefused(f"{where} was given no credentials, and this machine has none of its own.")
    if code and (known := _by_code(code[1], where)):
        return known
    if status and int(status[1]) not in {404, 410}:
        return trouble(int(status[1]), {}, where)
    if status or isinstance(error, FileNotFoundError):
        return RemoteRefused(f"{where} does not keep what it is given ({status[1] if status else 404}).")
    if "BareRedirect" in text:
        return RemoteRefused(f"{where} is in another region.", hint="Say which one: `region=` in its URL.")
    if "certificate" in text.lower():
        return RemoteRefused(
            f"{where} cannot be used: its server's certificate does not verify{_distrust(text)}.",
            hint="`ca_file=` in its URL names certificates that are trusted beside the system's.",
        )
    return _by_kind(text, where)


def _distrust(text: str) -> str:
    """Why a certificate does not verify, in rustls' own word."""
    found = _CERTIFICATE.search(text)
    return "" if found is None else f" ({found[1]})"


def is_without_bucket(error: Exception) -> bool:
    """Whether something is not there because the whole bucket is not."""
    code = _CODE.search(str(error))
    return code is not None and code[1] in _NO_BUCKET


def _by_code(code: str, where: str) -> RemoteError | None:
    if code in _NO_BUCKET:
        return RemoteRefused(
            f"{where} does not exist ({code}).", hint="Make it, or look at its name and region."
        )
    if code in _UNKNOWN:
        return RemoteRefused(f"{where} does not take these credentials ({code}).")
    if code in _FULL:
        return RemoteFull(f"{where} has no room for that ({code}).")
    if code in _BUSY:
        return RemoteBusy(f"{where} asks to be left alone for a while ({code}).")
    if code in _CLOCK:
        return RemoteRefused(
            f"{where} says that our clock is wrong ({code}).", hint="Set this machine's clock."
        )
    return None


def _by_kind(text: str, where: str) -> RemoteError:
    kinds = {word for pair in _KIND.findall(text) for word in pair}
    if kinds & {"Timeout", "TimedOut"}:
        return RemoteUnavailable(f"{where} said nothing for {limits.REMOTE_REQUEST_TIMEOUT_S} s.")
    if kinds & {"Interrupted", "Decode"} or "IncompleteBody" in text:
        return RemoteDamaged(f"{where} broke off in the middle of an answer.")
    if "failed to lookup address" in text or "dns error" in text:
        return RemoteUnavailable(f"{where} cannot be reached: the server's name cannot be resolved.")
    if "Connection refused" in text:
        return RemoteUnavailable(f"{where} cannot be reached: connection refused.")
    if "Connect" in kinds:
        return RemoteUnavailable(f"{where} cannot be reached.")
    return RemoteUnavailable(f"{where} cannot be used: the connection broke, or its server answers nonsense.")
