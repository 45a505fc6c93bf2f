"""redis-py's exceptions as ours: those that a server of the other tests does not cause."""

import pytest
from redis import exceptions

from dunnage.errors import (
    RemoteBusy,
    RemoteDamaged,
    RemoteError,
    RemoteFull,
    RemoteRefused,
    RemoteUnavailable,
)
from dunnage.remote.redis_trouble import meant_by


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (exceptions.AuthenticationError("invalid username-password pair"), RemoteRefused),
        (exceptions.NoPermissionError("no permissions"), RemoteRefused),
        (exceptions.OutOfMemoryError("OOM command not allowed"), RemoteFull),
        (exceptions.ReadOnlyError("READONLY"), RemoteRefused),
        (exceptions.BusyLoadingError("LOADING"), RemoteBusy),
        (exceptions.InvalidResponse("x"), RemoteDamaged),
        (exceptions.TimeoutError("x"), RemoteUnavailable),
        (exceptions.ConnectionError("max number of clients reached"), RemoteBusy),
        (exceptions.ConnectionError("x"), RemoteUnavailable),
        (exceptions.ResponseError("MOVED 3999 127.0.0.1:6381"), RemoteRefused),
        (exceptions.ResponseError("MISCONF Redis is configured to save"), RemoteFull),
        (exceptions.ResponseError("NOAUTH Authentication required."), RemoteRefused),
        (exceptions.ResponseError("DENIED Redis is running in protected mode"), RemoteRefused),
        (exceptions.ResponseError("WRONGTYPE Operation"), RemoteDamaged),
        (exceptions.ResponseError("unknown command"), RemoteUnavailable),
    ],
)
def test_what_is_meant(error: exceptions.RedisError, kind: type[RemoteError]) -> None:
    meant = meant_by(error, "The Redis server x")
    assert type(meant) is kind
    assert meant.message.startswith("The Redis server x ")


def test_what_a_pipeline_quotes_is_not_passed_on() -> None:
    error = exceptions.ResponseError("Command # 1 (SET name geheim) of pipeline caused error: ERR")
    assert "geheim" not in str(meant_by(error, "The Redis server x"))
