"""What it means that HTTP did not come to an answer: urllib3's exceptions as ours."""

import http.client
import ssl

from urllib3.exceptions import (
    ConnectTimeoutError,
    EmptyPoolError,
    HTTPError,
    IncompleteRead,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
    ReadTimeoutError,
    SSLError,
)

from dunnage import limits
from dunnage.errors import RemoteDamaged, RemoteError, RemoteRefused, RemoteUnavailable


def meant_by(error: HTTPError, where: str) -> RemoteError:
    """The error of ours. `where` begins its sentence."""
    reasons = list(_reasons(error))
    for reason in reasons:
        if isinstance(reason, ssl.SSLCertVerificationError):
            return RemoteRefused(
                f"{where} has a certificate that does not verify: {_said(reason)}.",
                hint="`ca_file=` in its URL names the certificates that are trusted instead of the system's.",
            )
        if isinstance(reason, IncompleteRead | http.client.IncompleteRead):
            return RemoteDamaged(f"{where} broke off in the middle of an answer.")
    if isinstance(error, ProxyError):
        return RemoteUnavailable(f"{where} cannot be reached through the proxy: {_words(reasons)}.")
    return RemoteUnavailable(f"{where} {_trouble(error, reasons)}.")


def _trouble(error: HTTPError, reasons: list[BaseException]) -> str:
    # To urllib3 a name that cannot be resolved is a new connection that failed, and that is one that took too long.
    if isinstance(error, NameResolutionError):
        return "has a name that cannot be resolved"
    if isinstance(error, ConnectTimeoutError) and not isinstance(error, NewConnectionError):
        return f"takes no connection within {limits.REMOTE_CONNECT_TIMEOUT_S} s"
    if isinstance(error, ReadTimeoutError):
        return f"said nothing for {limits.REMOTE_REQUEST_TIMEOUT_S} s"
    if isinstance(error, EmptyPoolError):
        return "has as many requests as it may have, and ends none"
    if isinstance(error, SSLError):
        return f"does not speak TLS with us: {_words(reasons)}"
    return f"cannot be reached: {_words(reasons)}"


def _said(error: ssl.SSLCertVerificationError) -> str:
    return str(getattr(error, "verify_message", "") or "it is not signed by anybody trusted")


def _reasons(error: BaseException) -> "list[BaseException]":
    """An exception and what it was made of, the outermost first."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop(0)
        if one is None or one in found or len(found) > 16:
            continue
        found.append(one)
        inner = (each for each in one.args if isinstance(each, BaseException))
        original = getattr(one, "original_error", None)
        waiting += [*inner, original, one.__cause__, one.__context__]
    return found


def _words(reasons: list[BaseException]) -> str:
    """The innermost system error in words: everything further out repeats URLs and names of classes."""
    for reason in reversed(reasons):
        if isinstance(reason, ssl.SSLError) and (said := getattr(reason, "reason", None)):
            return str(said).replace("_", " ").lower()
        if isinstance(reason, OSError) and reason.strerror:
            return reason.strerror
    for reason in reasons:
        if isinstance(reason, http.client.HTTPException):
            return (
                "its answer is no HTTP" if reason.args and "Remote end" not in str(reason) else "it hung up"
            )
    return "the connection broke"
