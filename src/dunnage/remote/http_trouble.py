"""What it means that HTTP did not come to an answer: urllib3's exceptions as ours."""

import http.client

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

from dunnage.errors import RemoteDamaged, RemoteError, RemoteRefused, RemoteUnavailable
from dunnage.remote import limits
from dunnage.remote.causes import causes, unverified, words_of_the_system


def meant_by(error: HTTPError, where: str) -> RemoteError:
    """The error of ours. `where` begins its sentence."""
    found = causes(error)
    if why := unverified(found):
        return RemoteRefused(
            f"{where} has a certificate that does not verify: {why}.",
            hint="`ca_file=` in its URL names the certificates that are trusted instead of the system's.",
        )
    if any(isinstance(each, IncompleteRead | http.client.IncompleteRead) for each in found):
        return RemoteDamaged(f"{where} broke off in the middle of an answer.")
    return RemoteUnavailable(f"{where} {_trouble(error, found)}.")


def _trouble(error: HTTPError, found: list[BaseException]) -> str:
    # To urllib3 a name that cannot be resolved is a new connection that failed, and that is one that took too long.
    if isinstance(error, NameResolutionError):
        return "has a name that cannot be resolved"
    if isinstance(error, ConnectTimeoutError) and not isinstance(error, NewConnectionError):
        return f"takes no connection within {limits.REMOTE_CONNECT_TIMEOUT_S} s"
    if any("handshake operation timed out" in str(each) for each in found):
        return f"does not speak TLS with us: it said nothing for {limits.REMOTE_CONNECT_TIMEOUT_S} s"
    if isinstance(error, ReadTimeoutError):
        return f"said nothing for {limits.REMOTE_REQUEST_TIMEOUT_S} s"
    if isinstance(error, EmptyPoolError):
        return "has as many requests as it may have, and ends none"
    if isinstance(error, ProxyError):
        return f"cannot be reached through the proxy: {_words(found)}"
    if isinstance(error, SSLError):
        return f"does not speak TLS with us: {_words(found)}"
    return f"cannot be reached: {_words(found)}"


def _words(found: list[BaseException]) -> str:
    if words := words_of_the_system(found):
        return words
    if any(isinstance(each, http.client.RemoteDisconnected) for each in found):
        return "it hung up"
    if any(isinstance(each, http.client.HTTPException) for each in found):
        return "its answer is no HTTP"
    return "the connection broke"
