"""From a URL of a Redis server, with its options and secrets, to a client of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from redis import BlockingConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from dunnage.errors import ConfigError
from dunnage.remote import limits
from dunnage.remote.redis_socket import BoundedConnection, BoundedTlsConnection, BoundedUnixConnection
from dunnage.remote.url import RemoteUrl

OPTIONS: Final = frozenset({"prefix", "ttl_s", "password_file"})


def client_of(url: RemoteUrl, environ: Mapping[str, str]) -> Redis:
    """A client that has asked nobody yet. ConfigError."""
    return Redis(
        connection_pool=BlockingConnectionPool(  # type: ignore[no-untyped-call]
            max_connections=limits.REMOTE_CONNECTIONS_MAX,
            timeout=limits.REMOTE_REQUEST_TIMEOUT_S,
            socket_connect_timeout=limits.REMOTE_CONNECT_TIMEOUT_S,
            socket_timeout=limits.REMOTE_REQUEST_TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
            protocol=2,  # What every server speaks; there is nothing here that 3 does better.
            username=url.user or None,
            password=url.password or url.secret("password", environ, "REDISCLI_AUTH") or None,
            **_place(url),
        )
    )


def _place(url: RemoteUrl) -> dict[str, Any]:
    """Where it is, in redis-py's words."""
    if url.variant == "unix":
        url.only({*OPTIONS, "db"})
        if url.host or not url.path:
            raise ConfigError(f"The remote {url} names no socket; it is written redis+unix:///path.")
        return {
            "connection_class": BoundedUnixConnection,
            "path": url.path,
            "db": url.number("db", 0),
        }
    tls = url.scheme == "rediss"
    url.only({*OPTIONS, "ca_file"} if tls else OPTIONS)
    number = url.path.strip("/") or "0"
    if not url.host or not (number.isascii() and number.isdigit()):
        raise ConfigError(f"The remote {url} is written {url.scheme}://host:port/number-of-the-database.")
    place = {"host": url.host, "port": url.port or 6379, "db": int(number)}
    return place | (_tls(url) if tls else {"connection_class": BoundedConnection})


def _tls(url: RemoteUrl) -> dict[str, Any]:
    trusted = url.options.get("ca_file")
    path = Path(trusted).expanduser() if trusted else None
    if path is not None and not path.is_file():
        raise ConfigError(f"The remote {url}: its ca_file is not there.")
    return {
        "connection_class": BoundedTlsConnection,
        "ssl_cert_reqs": "required",
        "ssl_check_hostname": True,
        "ssl_ca_certs": None if path is None else str(path),
    }
