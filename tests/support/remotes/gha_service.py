"""GitHub's cache service, version 2, with its storage: a faithful fake, on a free port, with knobs for whatever can go
wrong. Validated by clients that nobody here wrote: `tests/remote/test_gha_fake.py`.
"""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from dunnage.remote.contract import Backend
from dunnage.remote.registry import open_backend
from support.remotes import gha_twirp
from support.remotes.gha_entries import READ, WRITE, Entries, Refusal, scopes_of, token
from support.remotes.gha_storage import Reply, Storage
from support.remotes.place import Opener

_ROOM = "/twirp/github.actions.results.api.v1.CacheService/"
_PIECE = 64 * 1024
_ERROR = (
    '<?xml version="1.0" encoding="utf-8"?><Error><Code>{0}</Code><Message>{0}: no more.</Message></Error>'
)
_BLOBS = "/account/actions-cache/blob-"
"""Azure's library takes the first part of a path for the account where the host is a number."""
MAIN = "refs/heads/main"


@dataclass
class Knobs:
    """What can be set while it runs."""

    delay_s: float = 0
    """Before each answer."""
    bytes_per_s: float | None = None
    """What bodies of the storage, in both directions and all together, take."""
    uploads_per_minute: int | None = None
    downloads_per_minute: int | None = None
    busy: Callable[[str], bool] = lambda method: False
    """Which questions are answered with 429."""
    retry_after: str | None = "7"
    write_denied: bool = False
    refused: str = ""
    """Create answers `ok: false` with this."""
    url_lifetime_s: float = 600
    storage_status: Callable[[str, int], int | None] = lambda verb, count: None
    """By verb and how many of that verb came before: a status that is answered instead."""
    truncate: Callable[[int], int | None] = lambda count: None
    """By how many downloads came before: after how many bytes the connection is closed."""
    garble: Callable[[bytes], bytes] = lambda data: data
    """What becomes of each piece of a download."""
    answer: Callable[[str, dict[str, object]], dict[str, object]] = lambda method, fields: fields
    """What becomes of an answer of the service."""


@dataclass
class GhaService:
    """The fake: what it keeps, what it was asked, and its knobs."""

    url: str
    storage: Storage
    knobs: Knobs = field(default_factory=Knobs)
    entries: Entries = field(default_factory=Entries)
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Each question with its key, 429 and other refusals among them."""
    fetched: list[tuple[str, str]] = field(default_factory=list)
    """Each request to the storage: its verb and its range, or what it puts."""
    left: list[tuple[int, float]] = field(default_factory=list)
    """Each download that was sent to its end: how many bytes it had, and when its last one left (`time.monotonic`)."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    _minute: dict[str, list[float]] = field(default_factory=dict)
    _free_s: float = 0

    def environ(self, *scopes: tuple[str, int], **more: str) -> dict[str, str]:
        """What the runner gives an action; without scopes, in a job of the default branch."""
        return {
            "ACTIONS_RESULTS_URL": f"{self.url}/",
            "ACTIONS_RUNTIME_TOKEN": token(*(scopes or ((MAIN, READ | WRITE),))),
            "ACTIONS_CACHE_SERVICE_V2": "True",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_RUN_ID": "17", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_JOB": "build",
            **more,
        }  # fmt: skip

    def open(self, options: str = "", *scopes: tuple[str, int], **more: str) -> Backend:
        """A job's backend."""
        return open_backend(f"gha://?{options}" if options else "gha://", self.environ(*scopes, **more))

    def keys(self, prefix: str = "") -> list[str]:
        """Of the entries that can be seen, the oldest first."""
        return [
            each.key for each in self.entries.all if each.size is not None and each.key.startswith(prefix)
        ]

    def evict(self, key: str) -> int:
        """Remove the entries of that key; of all that begin with it where it ends in `/` or `-`. How many."""
        gone = self.entries.evict(key)
        for entry in gone:
            self.storage.remove(entry.number)
        return len(gone)

    def answer(self, method: str, question: gha_twirp.Question, authorization: str) -> dict[str, object]:
        """What the service answers. Refusal."""
        with self.lock:
            self.asked.append((method, question.key))
        scopes = scopes_of(authorization)
        self._within_limits(method)
        if method == "GetCacheEntryDownloadURL":
            found = self.entries.find(scopes, (question.key, *question.restore_keys), question.version)
            if found is None:
                return {"ok": False}
            return {"ok": True, "signed_download_url": self._url(found.number, "r"), "matched_key": found.key}
        if self.knobs.write_denied:
            raise Refusal(403, "permission_denied", "cache write denied: the token is read-only")
        if method == "CreateCacheEntry":
            if self.knobs.refused:
                return {"ok": False, "message": self.knobs.refused}
            created = self.entries.create(scopes, question.key, question.version)
            return {"ok": True, "signed_upload_url": self._url(created.number, "cw")}
        key, version, size = question.key, question.version, question.size_bytes
        return {
            "ok": True,
            "entry_id": self.entries.finalize(scopes, key, version, size, self.storage.sizes).number,
        }

    def travel(self, size: int) -> None:
        """Let a piece of a body take its time on the one line that all share."""
        if self.knobs.bytes_per_s is None:
            return
        with self.lock:
            now = time.monotonic()
            self._free_s = max(now, self._free_s) + size / self.knobs.bytes_per_s
            wait_s = self._free_s - now
        time.sleep(wait_s)

    def _within_limits(self, method: str) -> None:
        limit = {
            "CreateCacheEntry": self.knobs.uploads_per_minute,
            "GetCacheEntryDownloadURL": self.knobs.downloads_per_minute,
        }.get(method)
        now = time.monotonic()
        with self.lock:
            recent = [then for then in self._minute.get(method, []) if now - then < 60]
            is_over = limit is not None and len(recent) >= limit
            self._minute[method] = recent if is_over else [*recent, now]
        if is_over or self.knobs.busy(method):
            raise Refusal(429, "resource_exhausted", "rate limit exceeded")

    def _url(self, number: int, permission: str) -> str:
        query = self.storage.query(number, permission, self.knobs.url_lifetime_s)
        return f"{self.url}{_BLOBS}{number}?{query}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = _PIECE
    fake: GhaService

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        time.sleep(self.fake.knobs.delay_s)
        method = self.path.removeprefix(_ROOM)
        kind = self.headers.get("Content-Type", "").partition(";")[0]
        if not self.path.startswith(_ROOM) or method not in gha_twirp.REQUESTS:
            return self._refuse(Refusal(404, "bad_route", f"no handler for path {self.path}"))
        if kind not in {gha_twirp.JSON, gha_twirp.PROTOBUF}:
            return self._refuse(Refusal(404, "bad_route", f"unexpected Content-Type: {kind}"))
        try:
            question = gha_twirp.read(method, kind, body)
            answer = self.fake.answer(method, question, self.headers.get("Authorization", ""))
        except gha_twirp.Malformed as error:
            return self._refuse(Refusal(400, "malformed", str(error)))
        except Refusal as refusal:
            return self._refuse(refusal)
        said = gha_twirp.write(method, kind, self.fake.knobs.answer(method, answer))
        return self._say(200, said, {"Content-Type": kind})

    def do_PUT(self) -> None:
        parts, number = self._blob()
        body = self.fake.storage.fresh()
        left = int(self.headers.get("Content-Length", 0))
        with body.open("wb") as file:
            while left and (piece := self.rfile.read(min(left, _PIECE))):
                file.write(piece)
                left -= len(piece)
                self.fake.travel(len(piece))
        if left:
            return body.unlink()  # the client broke off
        what = parse_qs(parts.query).get("comp", ["blob"])[0]
        status = self._before("PUT", what)
        if status is not None or number is None:
            body.unlink()
            return self._reply(Reply(status or 404, "InternalError"))
        headers = {name.lower(): value for name, value in self.headers.items()}
        return self._reply(self.fake.storage.put(number, parts.query, headers, body))

    def do_GET(self) -> None:
        parts, number = self._blob()
        status = self._before(self.command, self.headers.get("x-ms-range") or self.headers.get("Range", ""))
        if status is not None or number is None:
            return self._reply(Reply(status or 404, "InternalError"))
        headers = {name.lower(): value for name, value in self.headers.items()}
        return self._reply(self.fake.storage.get(number, parts.query, headers))

    def do_HEAD(self) -> None:
        self.do_GET()

    def _blob(self) -> tuple[object, int | None]:
        parts = urlsplit(self.path)
        name = parts.path.removeprefix(_BLOBS)
        return parts, int(name) if name.isdigit() else None

    def _before(self, verb: str, what: str) -> int | None:
        time.sleep(self.fake.knobs.delay_s)
        with self.fake.lock:
            count = sum(each == verb for each, _ in self.fake.fetched)
            self.fake.fetched.append((verb, what))
        self._cut = self.fake.knobs.truncate(count) if verb == "GET" else None
        return self.fake.knobs.storage_status(verb, count)

    def _refuse(self, refusal: Refusal) -> None:
        body = json.dumps({"code": refusal.code, "msg": refusal.text}).encode()
        headers = {"Content-Type": "application/json"}
        if refusal.status == 429 and self.fake.knobs.retry_after is not None:
            headers["Retry-After"] = self.fake.knobs.retry_after
        self._say(refusal.status, body, headers)

    def _say(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self._head(status, {**headers, "Content-Length": str(len(body))})
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def _reply(self, reply: Reply) -> None:
        if reply.path is None:
            code = _ERROR.format(reply.code).encode() if reply.code else b""
            more = {"x-ms-error-code": reply.code, "Content-Type": "application/xml"} if reply.code else {}
            if reply.status == 201:
                more |= {"ETag": '"0x8DC0"', "Last-Modified": formatdate(usegmt=True)}
            return self._say(reply.status, code, more)
        headers = {
            "Content-Length": str(reply.length), "Content-Type": "application/octet-stream", "Accept-Ranges": "bytes",
            "ETag": '"0x8DC0"', "Last-Modified": formatdate(usegmt=True), "x-ms-blob-type": "BlockBlob",
        }  # fmt: skip
        if reply.status == 206:
            headers["Content-Range"] = f"bytes {reply.start}-{reply.start + reply.length - 1}/{reply.total}"
        self._head(reply.status, headers)
        if self.command == "HEAD":
            return self.wfile.flush()
        return self._send(reply)

    def _send(self, reply: Reply) -> None:
        self.wfile.flush()  # the headers
        left = reply.length if self._cut is None else min(self._cut, reply.length)
        with reply.path.open("rb") as file:
            file.seek(reply.start)
            while left:
                piece = file.read(min(left, _PIECE))
                left -= len(piece)
                self.fake.travel(len(piece))
                self.wfile.write(self.fake.knobs.garble(piece))
                self.wfile.flush()
        if self._cut is not None and self._cut < reply.length:
            self.close_connection = True
        else:
            self.fake.left.append((reply.length, time.monotonic()))

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "x-ms-request-id": "0", "x-ms-version": "2025-11-05"}.items():
            self.send_header(name, value)
        self.end_headers()

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            pass  # the client broke off

    def log_message(self, *words: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, handler: type[_Handler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.failures: list[BaseException] = []

    def handle_error(self, request: object, client_address: object) -> None:
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):  # a client broke off
            self.failures.append(error)


@contextmanager
def gha_service(directory: Path) -> Iterator[GhaService]:
    """The service, listening, with its blobs in a directory of its own."""
    directory.mkdir(parents=True, exist_ok=True)
    handler = type("Handler", (_Handler,), {})
    server = _Server(handler)
    fake = GhaService(f"http://127.0.0.1:{server.server_address[1]}", Storage(directory))
    handler.fake = fake
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert not server.failures, "the fake itself failed"


@contextmanager
def gha(directory: Path) -> Iterator[Opener]:
    """GitHub's cache: what was put by one job is looked for by another that is under way."""
    with gha_service(directory) as fake:
        yield lambda: fake.open("lane=conformance&refresh=0")
