"""The border to urllib3: requests whose answers are bounded, and every way in which they fail as a `RemoteError`.

No URL is ever part of a message: those of the storage are as good as a password for ten minutes.
"""

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, LocationParseError, NewConnectionError, ProxyError, SSLError
from urllib3.exceptions import TimeoutError as SlowError

from dunnage.errors import RemoteDamaged, RemoteRefused, RemoteUnavailable
from dunnage.remote import limits

_TIMEOUT: Final = urllib3.Timeout(
    connect=limits.REMOTE_CONNECT_TIMEOUT_S, read=limits.REMOTE_REQUEST_TIMEOUT_S
)


Body = bytes | Iterable[bytes] | None
"""Where it comes in pieces, `Content-Length` says how much it is."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Stream:
    """An answer whose body is still to come."""

    def __init__(self, host: str, response: urllib3.BaseHTTPResponse) -> None:
        self._host = host
        self._response = response
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers

    def pieces(self) -> Iterator[bytes]:
        """The body as it arrives. RemoteUnavailable where it breaks off."""
        with _failures(self._host):
            while piece := self._response.read1(limits.GHA_PIECE_BYTES):
                yield piece

    def body(self) -> bytes:
        """All of a short body. RemoteDamaged where it is not short."""
        parts, size = [], 0
        for piece in self.pieces():
            parts.append(piece)
            size += len(piece)
            if size > limits.GHA_ANSWER_BYTES_MAX:
                raise RemoteDamaged(f"{self._host} gave an answer that does not end.")
        return b"".join(parts)

    def abort(self) -> None:
        """End it from another thread: whoever waits for a piece gets RemoteUnavailable, or the end."""
        try:
            self._response.shutdown()
        except (OSError, ValueError, RuntimeError, HTTPError):
            pass  # it had ended by itself


class Http:
    """Connections to the service and to its storage, through the proxy that the environment names."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        # urllib3 logs each path with its query, and with it the signature; `error` and `warning` remain.
        logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)
        self._environ = environ
        self._lock = threading.Lock()
        self._pools: dict[str, urllib3.PoolManager] = {}

    def ask(self, method: str, url: str, *, headers: Mapping[str, str], body: Body = None) -> Answer:
        """One request with a short answer. RemoteUnavailable, RemoteRefused (its certificate), RemoteDamaged."""
        with self.stream(method, url, headers=headers, body=body) as stream:
            return Answer(stream.status, stream.headers, stream.body())

    @contextmanager
    def stream(
        self, method: str, url: str, *, headers: Mapping[str, str], body: Body = None
    ) -> Iterator[Stream]:
        """One request; whoever asked reads the body, or as much of it as he likes."""
        host = host_of(url)
        with _failures(host):
            response = self._pool(url).request(
                method, url, headers=headers, body=body,
                preload_content=False, decode_content=False, redirect=False, retries=False, timeout=_TIMEOUT,
            )  # fmt: skip
        try:
            yield Stream(host, response)
        finally:
            response.close()  # a body that was read to its end has given its connection back already

    def close(self) -> None:
        """Close what is idle."""
        with self._lock:
            for pool in self._pools.values():
                pool.clear()

    def _pool(self, url: str) -> urllib3.PoolManager:
        proxy = self._proxy(url)
        with self._lock:
            if proxy not in self._pools:
                self._pools[proxy] = _manager(proxy)
            return self._pools[proxy]

    def _proxy(self, url: str) -> str:
        parts = urlsplit(url)
        names = (f"{parts.scheme}_proxy", f"{parts.scheme.upper()}_PROXY")
        proxy = next(filter(None, (self._environ.get(name, "") for name in names)), "")
        excepted = self._environ.get("no_proxy", "") or self._environ.get("NO_PROXY", "")
        if not proxy or _is_excepted(parts.hostname or "", excepted):
            return ""
        return proxy if "://" in proxy else f"http://{proxy}"


def host_of(url: str) -> str:
    """The host of a URL that came from somewhere. RemoteDamaged: it is none that can be asked."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in {"http", "https"} or not host or not url.isascii() or not url.isprintable():
        raise RemoteDamaged("GitHub's cache gave a URL that is none.")
    return host


def _is_excepted(host: str, words: str) -> bool:
    """Whether `no_proxy` names a host, or a domain above it."""
    names = [word.strip().lstrip(".").partition(":")[0].lower() for word in words.split(",")]
    return any(name and (name in {"*", host} or host.endswith(f".{name}")) for name in names)


def _manager(proxy: str) -> urllib3.PoolManager:
    at_once = 2 * limits.GHA_STREAMS_MAX
    if not proxy:
        return urllib3.PoolManager(num_pools=4, maxsize=at_once)
    try:
        login = urllib3.util.parse_url(proxy).auth
        headers = urllib3.util.make_headers(proxy_basic_auth=login) if login else None
        return urllib3.ProxyManager(proxy, proxy_headers=headers, num_pools=4, maxsize=at_once)
    except (HTTPError, ValueError):
        raise RemoteRefused(
            "The proxy that the environment names is no URL.",
            hint="Look at https_proxy; it is http://host:port.",
        ) from None


@contextmanager
def _failures(host: str) -> Iterator[None]:
    """Every failure of urllib3 as one of ours, in words that hold no URL."""
    try:
        yield
    except SSLError:
        raise RemoteRefused(
            f"The certificate of {host} does not verify.",
            hint="Is there a proxy with an authority of its own? SSL_CERT_FILE names its certificate.",
        ) from None
    except NewConnectionError:  # nobody listens, or the name is nobody's: a kind of SlowError, to urllib3
        raise RemoteUnavailable(
            f"{host} cannot be reached.",
            hint="Look at ACTIONS_RESULTS_URL, and at the runner's network; builds go on without it.",
        ) from None
    except SlowError:
        raise RemoteUnavailable(f"{host} does not answer in time.") from None
    except ProxyError:
        raise RemoteUnavailable(f"{host} cannot be reached through the proxy.") from None
    except LocationParseError:
        raise RemoteDamaged("GitHub's cache gave a URL that is none.") from None
    except (HTTPError, OSError, ValueError) as error:
        raise RemoteUnavailable(f"{host} broke off ({type(error).__name__}).") from None
