"""A server of the Remote Execution API that can what BuildGrid cannot: zstd, BLAKE3, strictness, and every trouble.

Everything is in memory. It keeps to the specification where that is strict (sizes, digests, offsets, limits, names), so
that a client that is sloppy is refused. What it sends in trouble, or as a lie, tests say: `trouble` is a status for a
method, `instead` is what a method answers in place of the truth. BuildGrid's own client is seen to work with it.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import grpc

from dunnage.remote.contract import Backend
from dunnage.remote.registry import open_backend
from support.remotes.reapi_actions import ActionCache
from support.remotes.reapi_blobs import Blobs
from support.remotes.reapi_protos import CLASSES, made

SHA256, BLAKE3 = 1, 9
ZSTD = 1

_UNARY: Final = {
    "build.bazel.remote.execution.v2.Capabilities": ("GetCapabilities",),
    "build.bazel.remote.execution.v2.ActionCache": ("GetActionResult", "UpdateActionResult"),
    "build.bazel.remote.execution.v2.ContentAddressableStorage": (
        "FindMissingBlobs",
        "BatchUpdateBlobs",
        "BatchReadBlobs",
    ),
}
_ASKS: Final = {"Read": "ReadRequest", "Write": "WriteRequest"}


@dataclass
class Knobs:
    """How a server is set. May be turned while it runs."""

    instance: str = ""
    digest_functions: tuple[int, ...] = (SHA256,)
    compressors: tuple[int, ...] = ()
    batch_compressors: tuple[int, ...] = ()
    updates: bool = True
    batch_bytes_max: int = 4 * 1024 * 1024 - 1024
    blob_bytes_max: int = 0
    strict: bool = False
    """An action result names nothing that is not there: neither when it is put nor when it is got."""
    moves_bodies: bool = False
    """What stands in an action result is put into the CAS, and only named."""
    frames_bytes: int = 0
    """A compressed blob is sent as frames of so many bytes each."""
    has_room: bool = True
    header: tuple[str, str] = ("", "")
    """Who does not send it is not known."""


@dataclass
class Trouble:
    """A status in place of an answer."""

    code: grpc.StatusCode
    details: str = ""
    retry_s: float | None = None


@dataclass
class Seen:
    """What was asked."""

    calls: Counter[str] = field(default_factory=Counter)
    metadata: dict[str, Any] = field(default_factory=dict)
    """Of the last call."""
    largest: int = 0
    """Bytes of the largest request."""


class ReapiServer:
    """One server; what it keeps outlives a stop."""

    def __init__(self, knobs: Knobs | None = None, credentials: grpc.ServerCredentials | None = None) -> None:
        self.knobs = knobs or Knobs()
        self.blobs = Blobs(self.knobs)
        self.actions = ActionCache(self.knobs, self.blobs)
        self.trouble: dict[str, Trouble] = {}
        self.instead: dict[str, Callable[[Any], Any]] = {}
        self.held = threading.Event()
        """While it is not set, nothing is answered."""
        self.held.set()
        self.seen = Seen()
        self.port = 0
        self._credentials = credentials
        self._lock = threading.Lock()
        self._server: grpc.Server | None = None

    def start(self) -> None:
        """Answer, at the same port as before."""
        server = grpc.server(ThreadPoolExecutor(16), options=(("grpc.so_reuseport", 0),))
        for service, methods in _UNARY.items():
            handlers = {name: self._unary(name) for name in methods}
            server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
        streams = {"Read": self._reads(), "Write": self._writes()}
        server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler("google.bytestream.ByteStream", streams),)
        )
        address = f"127.0.0.1:{self.port}"
        if self._credentials is None:
            self.port = server.add_insecure_port(address)
        else:
            self.port = server.add_secure_port(address, self._credentials)
        server.start()
        self._server = server

    def stop(self) -> None:
        """Break off what is under way, and answer no more."""
        self.held.set()
        if self._server is not None:
            self._server.stop(0).wait()
            self._server = None

    def open(self, options: str = "", environ: dict[str, str] | None = None) -> Backend:
        """The backend of it."""
        scheme = "grpcs" if self._credentials else "grpc"
        query = f"?{options}" if options else ""
        return open_backend(f"{scheme}://localhost:{self.port}/{self.knobs.instance}{query}", environ or {})

    # --- what every call goes through -------------------------------------------------------------

    def _enter(self, name: str, context: grpc.ServicerContext) -> None:
        with self._lock:
            self.seen.calls[name] += 1
            self.seen.metadata = dict(context.invocation_metadata())
        self.held.wait(60)
        header, value = self.knobs.header
        if header and self.seen.metadata.get(header) != value:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "who are you?")
        trouble = self.trouble.get(name)
        if trouble is not None:
            if trouble.retry_s is not None:
                delay = made("Duration", seconds=int(trouble.retry_s), nanos=int(trouble.retry_s % 1 * 1e9))
                info = made("RetryInfo", retry_delay=delay).SerializeToString()
                detail = made("Any", type_url="type.googleapis.com/google.rpc.RetryInfo", value=info)
                status = made("Status", code=trouble.code.value[0], details=[detail])
                context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
            context.abort(trouble.code, trouble.details)

    def _parsed(self, name: str) -> Callable[[bytes], Any]:
        parse = CLASSES[_ASKS.get(name, f"{name}Request")].FromString

        def parsed(data: bytes) -> Any:
            with self._lock:
                self.seen.largest = max(self.seen.largest, len(data))
            return parse(data)

        return parsed

    def _unary(self, name: str) -> grpc.RpcMethodHandler:
        answers: dict[str, Callable[[Any, grpc.ServicerContext], Any]] = {
            "GetCapabilities": self._capabilities,
            "GetActionResult": self.actions.get,
            "UpdateActionResult": self.actions.update,
            "FindMissingBlobs": self.blobs.find_missing,
            "BatchUpdateBlobs": self.blobs.batch_update,
            "BatchReadBlobs": self.blobs.batch_read,
        }

        def answer(request: Any, context: grpc.ServicerContext) -> Any:
            self._enter(name, context)
            if name in self.instead:
                return self.instead[name](request)
            if request.instance_name != self.knobs.instance:
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"no instance {request.instance_name!r}")
            return answers[name](request, context)

        return grpc.unary_unary_rpc_method_handler(answer, self._parsed(name), _bytes_of)

    def _reads(self) -> grpc.RpcMethodHandler:
        def answer(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            self._enter("Read", context)
            if "Read" in self.instead:
                yield from self.instead["Read"](request)
            else:
                yield from self.blobs.read(request, context)

        return grpc.unary_stream_rpc_method_handler(answer, self._parsed("Read"), _bytes_of)

    def _writes(self) -> grpc.RpcMethodHandler:
        def answer(requests: Iterator[Any], context: grpc.ServicerContext) -> Any:
            self._enter("Write", context)
            if "Write" in self.instead:
                return self.instead["Write"](requests)
            return self.blobs.write(requests, context)

        return grpc.stream_unary_rpc_method_handler(answer, self._parsed("Write"), _bytes_of)

    def _capabilities(self, _: Any, context: grpc.ServicerContext) -> Any:
        knobs = self.knobs
        return made(
            "ServerCapabilities",
            cache_capabilities=made(
                "CacheCapabilities",
                digest_functions=knobs.digest_functions,
                action_cache_update_capabilities=made(
                    "ActionCacheUpdateCapabilities", update_enabled=knobs.updates
                ),
                max_batch_total_size_bytes=knobs.batch_bytes_max,
                max_cas_blob_size_bytes=knobs.blob_bytes_max,
                supported_compressors=knobs.compressors,
                supported_batch_update_compressors=knobs.batch_compressors,
            ),
            high_api_version=made("SemVer", major=2, minor=3),
        )


def _bytes_of(answer: Any) -> bytes:
    data: bytes = answer if isinstance(answer, bytes) else answer.SerializeToString()
    return data


@contextmanager
def serving(
    knobs: Knobs | None = None, credentials: grpc.ServerCredentials | None = None
) -> Iterator[ReapiServer]:
    """A server for as long as the block lasts."""
    server = ReapiServer(knobs, credentials)
    server.start()
    try:
        yield server
    finally:
        server.stop()
