"""What the daemon offers to programs that are no clients of it: a cache over HTTP, its store and remotes behind it.

    GET, HEAD, PUT /<name>          as Bazel's HTTP cache, ccache's and sccache's: any name, any bytes
    PROPFIND, MKCOL, OPTIONS        as much of WebDAV (RFC 4918) as such programs ask for: every collection is there

So sccache, ccache and Bazel reach a bucket or GitHub's cache through the daemon, without credentials, certificates, or
a network of their own. Off unless the setting `offer` names a place. Whoever wants something has to show the token
(`Authorization: Bearer …`, or as the password of Basic), in a container, too: what reaches the socket there may have
come through a port that more can reach (ADR 21). The bytes are as they were put, nothing is made of them.
"""

import base64
import binascii
import hmac
import logging
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from dunnage.engine.offered import Offered
from dunnage.errors import StoreError
from dunnage.remote.limits import REMOTE_BLOB_BYTES_MAX

log = logging.getLogger(__name__)

_PIECE_BYTES: Final = 256 * 1024
_NAME_CHARS_MAX: Final = 1024
_IDLE_S: Final = 60
"""A connection that asks nothing for this long is ended."""
_MULTISTATUS: Final = (
    '<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus xmlns:D="DAV:"><D:response><D:href>{href}</D:href>'
    "<D:propstat><D:prop>{prop}</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>"
    "</D:response></D:multistatus>\n"
)


def speak_http(
    token: str, offered: Callable[[], Offered], *, writes: bool
) -> Callable[[socket.socket], None]:
    """What serves one connection. `offered` is asked with each request, and raises StoreError without a store."""
    handler = type(
        "Handler", (_Handler,), {"token": token, "offered": staticmethod(offered), "writes": writes}
    )

    def serve(connection: socket.socket) -> None:
        try:
            handler(connection, connection.getpeername(), None)
        except OSError:
            log.debug("a request for an offered object failed: %r", sys.exception())  # somebody hung up

    return serve


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "dunnage"
    sys_version = ""
    timeout = _IDLE_S
    token: str
    offered: Callable[[], Offered]
    writes: bool

    def do_GET(self) -> None:
        """An object's bytes."""
        self._served(lambda name: self._get(name, with_body=True))

    def do_HEAD(self) -> None:
        """Its size."""
        self._served(lambda name: self._get(name, with_body=False))

    def do_PUT(self) -> None:
        """Keep an object."""
        self._served(self._put)

    def do_PROPFIND(self) -> None:
        """Whether it is there, and how large; a collection always is."""
        self._served(self._properties)

    def do_MKCOL(self) -> None:
        """Nothing has to be made."""
        self._served(lambda _: self._say(201 if self.writes else 403))

    def do_OPTIONS(self) -> None:
        """What is understood."""
        self._served(
            lambda _: self._say(200, {"DAV": "1", "Allow": "GET, HEAD, PUT, PROPFIND, MKCOL, OPTIONS"})
        )

    # --- how ------------------------------------------------------------------------------------------

    def _served(self, serve: Callable[[str], None]) -> None:
        try:
            body = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            body = -1
        if self.command != "PUT" and (body < 0 or not self._skipped(body)):
            self._say(400, close=True)
            return
        if not self._is_allowed():
            self._say(401, {"WWW-Authenticate": 'Basic realm="dunnage"'}, close=self.command == "PUT")
            return
        name = unquote(urlsplit(self.path).path, errors="surrogateescape")
        if len(name) > _NAME_CHARS_MAX:
            self._say(414, close=True)
            return
        try:
            serve(name)
        except StoreError as error:
            log.warning("an offered object: %s", error)
            self._say(503, close=True)

    def _is_allowed(self) -> bool:
        kind, _, shown = self.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "basic":
            try:
                shown = base64.b64decode(shown.strip(), validate=True).decode().partition(":")[2]
            except (binascii.Error, ValueError):
                return False
        elif kind.lower() != "bearer":
            return False
        return hmac.compare_digest(shown.strip().encode(), self.token.encode())

    def _get(self, name: str, *, with_body: bool) -> None:
        found = self.offered().open(name)
        if found is None:
            self._say(404)
            return
        descriptor, size = found
        with os.fdopen(descriptor, "rb") as file:
            self.send_response(200)
            self.send_header("Content-Type", "application/octet-stream")
            self.send_header("Content-Length", str(size))
            self.end_headers()
            if with_body:
                shutil.copyfileobj(file, self.wfile, _PIECE_BYTES)

    def _put(self, name: str) -> None:
        length = self.headers.get("Content-Length", "")
        if not self.writes or not (length.isascii() and length.isdigit()):
            self._say(411 if self.writes else 403, close=True)
            return
        if int(length) > REMOTE_BLOB_BYTES_MAX:
            self._say(413, close=True)
            return
        with tempfile.TemporaryFile() as file:
            left = int(length)
            while left and (piece := self.rfile.read(min(left, _PIECE_BYTES))):
                file.write(piece)
                left -= len(piece)
            if left:
                self.close_connection = True
                return
            file.flush()
            self.offered().keep(name, file.fileno())
        self._say(201)

    def _properties(self, name: str) -> None:
        if name.endswith("/") or not name:
            prop = "<D:resourcetype><D:collection/></D:resourcetype>"
        else:
            found = self.offered().open(name)
            if found is None:
                self._say(404)
                return
            os.close(found[0])
            prop = f"<D:resourcetype/><D:getcontentlength>{found[1]}</D:getcontentlength>"
        prop += f"<D:getlastmodified>{formatdate(usegmt=True)}</D:getlastmodified>"
        href = quote(name or "/", errors="surrogateescape")
        body = _MULTISTATUS.format(href=href, prop=prop).encode()
        self.send_response(207)
        self.send_header("Content-Type", "application/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _say(self, status: int, headers: dict[str, str] | None = None, *, close: bool = False) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        if close:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()

    def _skipped(self, body: int) -> bool:
        """Read the body of a question, which is not looked at; False where it is none that such questions have."""
        if body > _PIECE_BYTES:
            return False
        self.rfile.read(body)
        return True

    def log_message(self, *words: object) -> None:
        """Nothing: a build asks a thousand times."""

    def setup(self) -> None:
        """Small answers are not held back for larger ones."""
        super().setup()
        if self.connection.family != socket.AF_UNIX:
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
