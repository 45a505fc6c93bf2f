"""Calls over one gRPC channel: a message goes, one or many come, and what goes wrong is one of our errors.

The channel is made by the first call, and connects by itself, again and again: a call that comes while there is no
connection fails at once, or after `REMOTE_CONNECT_TIMEOUT_S` where nobody answers at all. gRPC's own retries are off.
"""

import os
import threading
from collections.abc import Callable, Generator, Hashable, Iterable
from typing import Any, Final, NoReturn, TypeVar

# Its core would print on stderr whatever is in its errors, at each try to connect; read when it is loaded.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
import grpc

from dunnage import __version__
from dunnage.errors import DunnageError, RemoteUnavailable
from dunnage.remote import limits
from dunnage.remote.reapi.address import Address, Tls
from dunnage.remote.reapi.messages import (
    ReadRequest,
    ReadResponse,
    RequestMetadata,
    ToolDetails,
    WriteRequest,
    WriteResponse,
)
from dunnage.remote.reapi.protobuf import decode, encode
from dunnage.remote.reapi.status import error_of, waits

M = TypeVar("M", bound=Hashable)

_READ: Final = "/google.bytestream.ByteStream/Read"
_WRITE: Final = "/google.bytestream.ByteStream/Write"
_WHO: Final = (
    "build.bazel.remote.execution.v2.requestmetadata-bin",
    encode(RequestMetadata(ToolDetails("dunnage", __version__))),
)
"""For the logs of servers."""
_STORES: Final = ("/BatchUpdateBlobs", "/UpdateActionResult")
_RECONNECT_MS: Final = 100
_RECONNECT_MS_MAX: Final = 1_000
"""A server that was restarted is seen again within a second: who asks too often is held back above."""


class Calls:
    """One channel, shared by all threads."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._channel: grpc.Channel | None = None
        self._methods: dict[str, Callable[..., Any]] = {}
        self._closed = False

    def unary(self, method: str, request: Hashable, of: type[M]) -> M:
        """What a method answers. RemoteError."""
        return decode(of, self.raw(method, request))

    def raw(self, method: str, request: Hashable) -> bytes:
        """The bytes that a method answers. RemoteError."""
        try:
            answer: bytes = self._method(method, "unary_unary")(
                encode(request), timeout=limits.REMOTE_REQUEST_TIMEOUT_S, metadata=self._metadata()
            )
        except (grpc.RpcError, ValueError) as error:
            self._fail(error, stores=method.endswith(_STORES))
        return answer

    def read(self, resource: str, size: int) -> Generator[bytes, None, None]:
        """The pieces of a byte stream of about that size. RemoteError. Whoever does not want all of them closes it."""
        call = None
        try:
            call = self._method(_READ, "unary_stream")(
                encode(ReadRequest(resource)), timeout=_patience_s(size), metadata=self._metadata()
            )
            for answer in call:
                yield decode(ReadResponse, answer).data
        except (grpc.RpcError, ValueError) as error:
            self._fail(error)
        finally:
            if call is not None:
                call.cancel()

    def write(self, requests: Iterable[WriteRequest], size: int) -> int:
        """Send a byte stream of about that size; how much of it the server has then. RemoteError, and whatever goes
        wrong in `requests`.
        """
        feed = _Feed(requests)
        try:
            answer = self._method(_WRITE, "stream_unary")(
                feed, timeout=_patience_s(size), metadata=self._metadata()
            )
        except (grpc.RpcError, ValueError) as error:
            if feed.error is not None:
                raise feed.error from None
            self._fail(error, stores=True)
        if feed.error is not None:
            raise feed.error
        return decode(WriteResponse, answer).committed_size

    def close(self) -> None:
        """Break off what is under way, and let no more calls in."""
        with self._lock:
            self._closed = True
            channel, self._channel = self._channel, None
            self._methods.clear()
        if channel is not None:
            channel.close()

    def _metadata(self) -> tuple[tuple[str, str | bytes], ...]:
        return (*self._address.headers.pairs(), _WHO)

    # --- the channel ------------------------------------------------------------------------------

    def _method(self, name: str, arity: str) -> Callable[..., Any]:
        with self._lock:
            if self._closed:
                raise RemoteUnavailable(f"The remote {self._address.where} is closed.")
            if self._channel is None:
                self._channel = _channel(self._address)
            if name not in self._methods:
                self._methods[name] = getattr(self._channel, arity)(name)
            return self._methods[name]

    def _fail(self, error: Exception, *, stores: bool = False) -> NoReturn:
        """Raise what an error of the library is for us."""
        if not isinstance(error, grpc.Call):  # ValueError: the channel was closed meanwhile
            raise RemoteUnavailable(f"The remote {self._address.where} is closed.") from None
        details = self._address.headers.hidden(error.details() or "")
        trailers: Any = error.trailing_metadata() or ()
        raise error_of(
            self._address.where, error.code().value[0], details, waits(trailers), stores=stores
        ) from None


class _Feed:
    """What gRPC takes its messages from, in a thread of its own: an error there ends the stream and is kept."""

    def __init__(self, requests: Iterable[WriteRequest]) -> None:
        self._requests = iter(requests)
        self.error: Exception | None = None

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> bytes:
        try:
            return encode(next(self._requests))
        except (OSError, ValueError, DunnageError) as error:
            self.error = error
            raise StopIteration from None


def _patience_s(size: int) -> float:
    return limits.REMOTE_REQUEST_TIMEOUT_S + size / limits.REAPI_BYTES_PER_S_MIN


def _channel(address: Address) -> grpc.Channel:
    options = [
        ("grpc.primary_user_agent", f"dunnage/{__version__}"),
        ("grpc.enable_retries", 0),
        ("grpc.use_local_subchannel_pool", 1),  # closed means closed, whoever else is connected there
        ("grpc.max_send_message_length", limits.REAPI_MESSAGE_BYTES_MAX),
        ("grpc.max_receive_message_length", limits.REAPI_MESSAGE_BYTES_MAX),
        ("grpc.initial_reconnect_backoff_ms", _RECONNECT_MS),
        ("grpc.max_reconnect_backoff_ms", _RECONNECT_MS_MAX),
        (
            "grpc.min_reconnect_backoff_ms",
            limits.REMOTE_CONNECT_TIMEOUT_S * 1000,
        ),  # of one attempt, despite its name
        ("grpc.client_idle_timeout_ms", limits.REAPI_IDLE_TIMEOUT_S * 1000),
        ("grpc.enable_http_proxy", 0 if address.is_loopback else 1),
    ]
    if address.tls is None:
        return grpc.insecure_channel(address.target, options)
    return grpc.secure_channel(address.target, _credentials(address.tls), options)


def _credentials(tls: Tls) -> grpc.ChannelCredentials:
    return grpc.ssl_channel_credentials(tls.ca, tls.key, tls.cert)
