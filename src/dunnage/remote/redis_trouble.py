"""redis-py's exceptions as ours. Its words are not passed on: those of a pipeline quote the command."""

import re
import socket
from typing import Final

from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    BusyLoadingError,
    InvalidResponse,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    TimeoutError,  # noqa: A004
)

from dunnage.errors import (
    RemoteBusy,
    RemoteDamaged,
    RemoteError,
    RemoteFull,
    RemoteRefused,
    RemoteUnavailable,
)
from dunnage.remote import limits
from dunnage.remote.causes import causes, unverified, words_of_the_system

_WORD: Final = re.compile(
    r"\b(CLUSTERDOWN|CROSSSLOT|DENIED|MASTERDOWN|MISCONF|MOVED|NOAUTH|NOREPLICAS|WRONGTYPE|max number of clients"
    r"|DB index is out of range)\b"
)
"""What a server says first when it refuses, as far as redis-py has no class for it."""


def meant_by(error: RedisError, where: str) -> RemoteError:
    """The error of ours. `where` begins its sentence."""
    if isinstance(error, AuthenticationError) and "authentication required" in str(error).lower():
        return _wants_a_password(where)
    if isinstance(error, AuthenticationError | AuthorizationError):
        return RemoteRefused(f"{where} does not take these credentials.")
    if isinstance(error, NoPermissionError):
        return RemoteRefused(
            f"{where} does not permit that to this user.",
            hint="Its ACL has to allow GETRANGE and, to write, EXISTS and SET.",
        )
    if isinstance(error, OutOfMemoryError):
        return RemoteFull(
            f"{where} has no memory left, and may remove nothing.",
            hint="`maxmemory-policy allkeys-lru` makes it forget what nobody asks for.",
        )
    if isinstance(error, ReadOnlyError):
        return RemoteRefused(
            f"{where} is a replica, which takes nothing.", hint="Give the URL of its primary."
        )
    if isinstance(error, BusyLoadingError):
        return RemoteBusy(f"{where} is still loading its data.")
    if isinstance(error, InvalidResponse):
        return RemoteDamaged(f"{where} does not answer as Redis does.")
    if isinstance(error, TimeoutError):
        return RemoteUnavailable(
            f"{where} took no connection within {limits.REMOTE_CONNECT_TIMEOUT_S} s,"
            f" or said nothing for {limits.REMOTE_REQUEST_TIMEOUT_S} s."
        )
    return _by_word(error, where)


def _by_word(error: RedisError, where: str) -> RemoteError:
    said = _WORD.search(str(error))
    match said and said[1]:
        case "max number of clients":
            return RemoteBusy(f"{where} has as many clients as it takes.")
        case "NOAUTH" | "DENIED":
            return _wants_a_password(where)
        case "DB index is out of range":
            return RemoteRefused(
                f"{where} has no database of that number.",
                hint="It is the path of the URL, or `db=` for a socket; most servers have 0 to 15.",
            )
        case "MOVED" | "CROSSSLOT" | "CLUSTERDOWN":
            return RemoteRefused(
                f"{where} is a cluster, which dunnage does not speak to.", hint="Use a single server."
            )
        case "WRONGTYPE":
            return RemoteDamaged(f"{where} has something else under a name of ours.")
        case "MISCONF":
            return RemoteFull(f"{where} cannot save what it has, and takes nothing more.")
    found = causes(error)
    if why := unverified(found):
        return RemoteRefused(
            f"{where} has a certificate that does not verify: {why}.",
            hint="`ca_file=` in its URL names the certificates that are trusted instead of the system's.",
        )
    if any(isinstance(each, socket.gaierror) for each in found):
        return RemoteUnavailable(f"{where} has a name that cannot be resolved.")
    words = words_of_the_system(found) or "the connection broke, or it refused"
    by_path = any(isinstance(each, FileNotFoundError) for each in found)
    hint = "Look whether it runs, and at the path of its socket in the URL." if by_path else None
    return RemoteUnavailable(f"{where} cannot be reached: {words}.", hint=hint)


def _wants_a_password(where: str) -> RemoteRefused:
    return RemoteRefused(
        f"{where} wants a password.",
        hint="`password_file=` in its URL names a file with it, or set REDISCLI_AUTH.",
    )
