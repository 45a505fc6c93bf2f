"""Azure's Blob Storage, as far as its REST API (2021-12-02) is used for blobs: Put Blob, Put Block, Put Block List,
Get, Head. It checks signatures (Shared Key). Seen with `azure-storage-blob` in `tests/remote/test_fakes.py`.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dunnage.remote.registry import open_backend
from support.remotes.http_fake import Asked, HttpFake, Reply
from support.remotes.place import Opener

ACCOUNT = "account"
KEY = base64.b64encode(b"a key of thirty-two bytes, and no more"[:32]).decode()
_WHEN = {
    "Last-Modified": "Wed, 21 Oct 2026 07:28:10 GMT",
    "x-ms-version": "2021-12-02",
    "x-ms-request-id": "1",
}
_SIGNED = (
    "content-encoding", "content-language", "content-length", "content-md5", "content-type", "date",
    "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range",
)  # fmt: skip


def _error(status: int, code: str) -> Reply:
    body = (
        f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{code}</Message></Error>'
    )
    return Reply(status, body.encode(), {**_WHEN, "x-ms-error-code": code, "Content-Type": "application/xml"})


class Azure:
    """One account with one container."""

    def __init__(self, container: str = "container") -> None:
        self.container = container
        self.blobs: dict[str, bytes] = {}
        self._blocks: dict[tuple[str, str], bytes] = {}

    def answer(self, asked: Asked) -> Reply:
        """The answer to a request."""
        if not _is_signed(asked):
            return _error(403, "AuthenticationFailed")
        _, account, container, name = (*asked.path.split("/", 3), "", "")[:4]
        if account != ACCOUNT or container != self.container:
            return _error(404, "ContainerNotFound")
        if asked.method == "PUT":
            return self._put(name, asked)
        if asked.method not in {"GET", "HEAD"}:
            return _error(405, "UnsupportedHttpVerb")
        if name not in self.blobs:
            return _error(404, "BlobNotFound")
        return self._get(self.blobs[name], asked.headers)

    def _put(self, name: str, asked: Asked) -> Reply:
        kind, headers = asked.query.get("comp"), asked.headers
        if headers.get("if-none-match") == "*" and name in self.blobs and kind != "block":
            return _error(409, "BlobAlreadyExists")
        if kind == "block":
            self._blocks[name, asked.query["blockid"]] = asked.body
            return Reply(201, headers=_WHEN)
        if kind == "blocklist":
            ids = re.findall(r"<(?:Latest|Uncommitted)>([^<]+)</", asked.body.decode())
            if any((name, block) not in self._blocks for block in ids):
                return _error(400, "InvalidBlockList")
            self.blobs[name] = b"".join(self._blocks.pop((name, block)) for block in ids)
        elif headers.get("x-ms-blob-type") != "BlockBlob":
            return _error(400, "MissingRequiredHeader")
        else:
            self.blobs[name] = asked.body
        return Reply(201, headers={**_WHEN, "ETag": _etag(self.blobs[name])})

    @staticmethod
    def _get(data: bytes, headers: Mapping[str, str]) -> Reply:
        shown = {**_WHEN, "ETag": _etag(data), "x-ms-blob-type": "BlockBlob", "Accept-Ranges": "bytes"}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", headers.get("x-ms-range") or headers.get("range") or "")
        if wanted is None:
            return Reply(200, data, {**shown, "Content-Length": str(len(data))})
        start, end = int(wanted[1]), min(int(wanted[2] or len(data)), len(data) - 1)
        if start >= len(data):
            return _error(416, "InvalidRange")
        return Reply(
            206, data[start : end + 1], {**shown, "Content-Range": f"bytes {start}-{end}/{len(data)}"}
        )


def _etag(data: bytes) -> str:
    return f'"0x{hashlib.sha256(data).hexdigest()[:15].upper()}"'


def _is_signed(asked: Asked) -> bool:
    """Shared Key (learn.microsoft.com, "Authorize with Shared Key"), or a signature in the URL, taken as it is."""
    if "sig" in asked.query:
        return asked.query["sig"] == "right"
    headers = {
        **asked.headers,
        "content-length": asked.headers.get("content-length", "").removeprefix("0") or "",
    }
    if asked.headers.get("content-length", "0") != "0":
        headers["content-length"] = asked.headers["content-length"]
    lines = [asked.method, *(headers.get(name, "") for name in _SIGNED)]
    lines += [f"{name}:{headers[name].strip()}" for name in sorted(headers) if name.startswith("x-ms-")]
    lines += [f"/{ACCOUNT}{asked.path}", *(f"{name}:{asked.query[name]}" for name in sorted(asked.query))]
    signature = hmac.new(base64.b64decode(KEY), "\n".join(lines).encode(), hashlib.sha256).digest()
    right = f"SharedKey {ACCOUNT}:{base64.b64encode(signature).decode()}"
    return asked.headers.get("authorization") == right


def url_of(fake: HttpFake, container: str = "container") -> str:
    """A remote on such a server."""
    return f"az://{container}/pre/fix?account={ACCOUNT}&endpoint=http://127.0.0.1:{fake.port}/{ACCOUNT}"


@contextmanager
def azure(_: Path) -> Iterator[Opener]:
    """As a place."""
    with HttpFake(Azure().answer).serving() as fake:
        yield lambda: open_backend(url_of(fake), {"AZURE_STORAGE_KEY": KEY})
