"""The action cache of the server in `reapi_server`."""

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import grpc

from support.remotes.reapi_blobs import Blobs
from support.remotes.reapi_protos import CLASSES

if TYPE_CHECKING:
    from support.remotes.reapi_server import Knobs


class ActionCache:
    """Action results, by the hash of their Action."""

    def __init__(self, knobs: "Knobs", blobs: Blobs) -> None:
        self._knobs = knobs
        self._blobs = blobs
        self._lock = threading.Lock()
        self.kept: dict[str, Any] = {}

    def get(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._blobs.check_function(request, context)
        result = self.kept.get(request.action_digest.hash)
        if result is None:
            context.abort(grpc.StatusCode.NOT_FOUND, "no such result")
        if self._knobs.strict and self._holes(result):
            context.abort(grpc.StatusCode.NOT_FOUND, "a result with holes")
        return result

    def update(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._blobs.check_function(request, context)
        if not self._knobs.updates:
            context.abort(grpc.StatusCode.PERMISSION_DENIED, "read-only")
        result = CLASSES["ActionResult"].FromString(request.action_result.SerializeToString())
        if self._knobs.strict:
            self._check(request.action_digest, result, context)
        if self._knobs.moves_bodies and result.stdout_raw:
            self._blobs.put(result.stdout_raw)
            result.stdout_digest.CopyFrom(self._blobs.digest(result.stdout_raw))
            result.ClearField("stdout_raw")
        with self._lock:
            self.kept[request.action_digest.hash] = result
        return result

    def _check(self, action_digest: Any, result: Any, context: grpc.ServicerContext) -> None:
        """Action, Command and input root are there, and everything that the result names."""
        data = self._blobs.kept.get(action_digest.hash, b"")
        if not data or len(data) != action_digest.size_bytes:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "no such Action")
        action = CLASSES["Action"].FromString(data)
        for digest in (action.command_digest, action.input_root_digest):
            if not self._blobs.has(digest) or len(digest.hash) != 64:
                context.abort(grpc.StatusCode.FAILED_PRECONDITION, "no such Command or input root")
        CLASSES["Command"].FromString(self._blobs.kept[action.command_digest.hash])
        for file in result.output_files:
            if not file.path or file.path.startswith("/"):
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, "a path that is none")
        if self._holes(result):
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "no such output")

    def _holes(self, result: Any) -> list[Any]:
        return [digest for digest in _named(result) if not self._blobs.has(digest)]


def _named(result: Any) -> Iterator[Any]:
    """Every blob that a result names."""
    for file in result.output_files:
        yield file.digest
    for stream in ("stdout_digest", "stderr_digest"):
        if result.HasField(stream):
            yield getattr(result, stream)
