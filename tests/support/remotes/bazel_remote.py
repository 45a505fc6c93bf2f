"""What bazel-remote 2 does with the requests of its HTTP cache, after its `server/http.go`.

It looks into everything: under `/ac/` there must be an ActionResult (relative paths, digests of 64 hex digits), which
is given out only while its files are there; under `/cas/` the plain bytes must be those of the name. Frames of a
megabyte each where zstd is asked for; the empty blob is always there.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import zstandard

from dunnage.errors import RemoteDamaged
from dunnage.remote.action_result import ActionResult, decode
from dunnage.remote.registry import open_backend
from support.remotes.http_fake import Asked, HttpFake, Reply
from support.remotes.place import Opener

_NAME = re.compile(r"^/?(.*/)?(ac/|cas/)([a-f0-9]{64})$")
_EMPTY = hashlib.sha256().hexdigest()


class BazelRemote:
    """The two dictionaries of one server."""

    def __init__(self, *, looks_into_results: bool = True) -> None:
        self._looks = looks_into_results
        self.results: dict[str, bytes] = {}
        self.blobs: dict[str, bytes] = {_EMPTY: b""}
        self.most = 1 << 40
        """Bytes that it takes in all."""

    def answer(self, asked: Asked) -> Reply:
        """The answer to a request."""
        found = _NAME.match(asked.path)
        if found is None:
            return Reply(400, b"resource name must be a SHA256 hash in hex\n")
        is_result, name = found[2] == "ac/", found[3]
        if asked.method in {"GET", "HEAD"}:
            return (
                self._result(name)
                if is_result
                else self._blob(name, asked.headers.get("accept-encoding", ""))
            )
        if asked.method == "PUT":
            return self._put(asked, name, is_result=is_result)
        return Reply(405, b"Method not supported.\n")

    def _result(self, name: str) -> Reply:
        message = self.results.get(name)
        if message is not None and not self._looks:
            return Reply(200, message)
        if message is None or any(file.digest.hash not in self.blobs for file in decode(message).files):
            return Reply(404, b"Not found\n")
        return Reply(200, message)

    def _blob(self, name: str, accepted: str) -> Reply:
        plain = self.blobs.get(name)
        if plain is None:
            return Reply(404, b"Not found\n")
        if "zstd" not in accepted:
            return Reply(200, plain)
        parts = [plain[at : at + 1_000_000] for at in range(0, max(len(plain), 1), 1_000_000)]
        frames = b"".join(zstandard.compress(part) for part in parts)
        return Reply(200, frames, {"Content-Encoding": "zstd"})

    def _put(self, asked: Asked, name: str, *, is_result: bool) -> Reply:
        encoding, data = asked.headers.get("content-encoding", ""), asked.body
        size = int(asked.headers.get("x-digest-sizebytes", len(data)))
        if encoding == "zstd":
            data = zstandard.ZstdDecompressor().decompress(data, max_output_size=size + 1)
        elif encoding not in {"", "identity"}:
            return Reply(400, b"Unsupported content-encoding\n")
        if len(data) != size:
            return Reply(400, b"sizes don't match\n")
        if sum(map(len, (*self.blobs.values(), *self.results.values()))) + size > self.most:
            return Reply(507, b"The item is larger than what can be reserved\n")
        if is_result and not self._looks:
            self.results[name] = data
        elif is_result:
            if not _is_valid(data):
                return Reply(400, b"Failed to marshal ActionResult\n")
            self.results[name] = (
                data + b"\x4a\x05\x0a\x03who"
            )  # It adds who sent it (execution_metadata.worker).
        elif hashlib.sha256(data).hexdigest() != name:
            return Reply(500, b"checksums don't match\n")
        else:
            self.blobs[name] = data
        return Reply(200)


def _is_valid(message: bytes) -> bool:
    try:
        result: ActionResult = decode(message)
    except RemoteDamaged:
        return False
    return all(
        file.path and not file.path.startswith("/") and len(file.digest.hash) == 64 for file in result.files
    )


@contextmanager
def bazel_remote(_: Path) -> Iterator[Opener]:
    """As a place, below a path of its own."""
    with HttpFake(BazelRemote().answer).serving() as server:
        yield lambda: open_backend(f"http://127.0.0.1:{server.port}/some/instance", {})
