"""The hands of every backend that speaks HTTP: a bounded pool of connections that stay open, and clear errors.

Nothing is retried, no redirect is followed, bodies are handed on as they come (nothing is decoded), and each wait is
bounded. `urllib3` and not `http.client`: it knows when a kept connection went stale, proxies, and TLS to both.
"""

import ssl
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO, Final
from urllib.parse import quote, unquote

import urllib3
from urllib3.exceptions import HTTPError

from dunnage.errors import RemoteError, RemoteUnavailable
from dunnage.remote import limits
from dunnage.remote.http_status import ABSENT, trouble
from dunnage.remote.http_trouble import meant_by
from dunnage.remote.objects import PIECE_BYTES, exactly

_DRAINED_BYTES_MAX: Final = 64 * 1024
"""How much of an answer that nobody wants is read so that its connection can be used again."""


class Answer:
    """A success: its headers, and its body as it comes."""

    def __init__(self, response: urllib3.BaseHTTPResponse, where: str) -> None:
        self._response = response
        self._where = where
        self.status = response.status

    def header(self, name: str) -> str:
        """One of its headers, or nothing."""
        return str(self._response.headers.get(name, ""))

    def pieces(self) -> Iterator[bytes]:
        """The body. RemoteDamaged where it ends too early."""
        end_s = time.monotonic() + limits.REMOTE_TRANSFER_TIMEOUT_S
        while piece := self._piece():
            yield piece
            if time.monotonic() > end_s:
                raise RemoteUnavailable(
                    f"{self._where} takes more than {limits.REMOTE_TRANSFER_TIMEOUT_S} s for one answer."
                )

    def _piece(self) -> bytes:
        try:
            return self._response.read1(PIECE_BYTES)  # What is there: `read` would wait for all of it.
        except HTTPError as error:
            raise meant_by(error, self._where) from error


class HttpClient:
    """One server, below one path. Thread-safe."""

    def __init__(
        self,
        base: str,
        headers: Mapping[str, str],
        *,
        tls: ssl.SSLContext | None = None,
        proxy: str = "",
    ) -> None:
        """`base` is scheme, host, port and path, without a slash at the end and without anything secret."""
        self._base = base
        self._headers = dict(headers)
        timeout = urllib3.Timeout(
            connect=limits.REMOTE_CONNECT_TIMEOUT_S, read=limits.REMOTE_REQUEST_TIMEOUT_S
        )
        options: dict[str, Any] = {
            "num_pools": 1,
            "maxsize": limits.REMOTE_CONNECTIONS_MAX,
            "block": True,
            "retries": False,
            "timeout": timeout,
            "ssl_context": tls,
            "blocksize": PIECE_BYTES,
        }
        self._connections = _through(proxy, options) if proxy else urllib3.PoolManager(**options)

    @property
    def where(self) -> str:
        """What sentences call it."""
        return f"The server {self._base}"

    @contextmanager
    def get(self, path: str, **headers: str) -> Iterator[Answer | None]:
        """The answer to GET, None where there is nothing; for as long as the block lasts."""
        with self._answered("GET", path, headers) as response:
            yield None if response.status in ABSENT else Answer(response, self.where)

    def has(self, path: str) -> bool:
        """Whether HEAD says that something is there."""
        with self._answered("HEAD", path, {}) as response:
            return response.status not in ABSENT

    def put(self, path: str, file: BinaryIO, size: int, **headers: str) -> int:
        """PUT `size` bytes from here on in the file; the status: a success, 404, 409, 410 or 500. RemoteError."""
        sent = {"Content-Length": str(size), "Content-Type": "application/octet-stream", **headers}
        with self._answered("PUT", path, sent, exactly(file, size), also={409, 500}) as response:
            return response.status

    def is_collection(self, path: str) -> bool | None:
        """Whether PROPFIND (RFC 4918, 9.1) says that something is there; None where the server does not say that."""
        headers = {"Depth": "0", "Content-Length": "0"}
        with self._answered("PROPFIND", path, headers, also={400, 403, 405, 501}) as response:
            if response.status in ABSENT:
                return False
            return True if response.status < 300 else None

    def make_collection(self, path: str) -> int:
        """MKCOL (RFC 4918, 9.3); the status: a success, 405 (it is there), 409 (its parent is not), 404, 410 or 500."""
        with self._answered("MKCOL", path, {"Content-Length": "0"}, also={405, 409, 500}) as response:
            return response.status

    @contextmanager
    def _answered(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Iterable[bytes] | None = None,
        *,
        also: Collection[int] = (),
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        """The response, if its status is a success, an absence, or one of these; else its RemoteError."""
        response = self._ask(method, path, headers, body)
        try:
            status = response.status
            if not (200 <= status < 300 or status in ABSENT or status in also):
                raise trouble(status, response.headers, self.where)
            yield response
        finally:
            _let_go(response)

    def _ask(
        self, method: str, path: str, headers: Mapping[str, str], body: Iterable[bytes] | None
    ) -> urllib3.BaseHTTPResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            return self._connections.urlopen(
                method,
                self._base + quote(path),
                redirect=False,
                pool_timeout=limits.REMOTE_REQUEST_TIMEOUT_S,
                body=body,
                headers={"User-Agent": "dunnage", "Accept-Encoding": "identity", **self._headers, **named},
                preload_content=False,
                decode_content=False,
            )
        except HTTPError as error:
            raise meant_by(error, self.where) from error

    def refused(self, status: int) -> RemoteError:
        """The error of a status that a method of this class let through."""
        return trouble(status, {}, self.where)

    def close(self) -> None:
        """Close connections that nobody uses; the others close when they are given back."""
        self._connections.clear()


def _through(proxy: str, options: Mapping[str, Any]) -> urllib3.ProxyManager:
    """Connections through a proxy, which may want a user and a password of its URL."""
    user = urllib3.util.parse_url(proxy).auth
    headers = urllib3.make_headers(proxy_basic_auth=unquote(user)) if user else None
    return urllib3.ProxyManager(proxy, proxy_headers=headers, **options)


def _let_go(response: urllib3.BaseHTTPResponse) -> None:
    """Give the connection back: to be used again where nothing of the answer is left in it."""
    left = _DRAINED_BYTES_MAX
    try:
        while left > 0:
            piece = response.read1(PIECE_BYTES)
            if not piece:
                return
            left -= len(piece)
    except (HTTPError, OSError, ValueError):
        pass  # It broke: whoever had to know was told already.
    finally:
        if left <= 0:
            response.close()
        response.release_conn()
