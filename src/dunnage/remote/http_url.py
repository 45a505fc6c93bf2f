"""From a URL of an HTTP server, with its options and secrets, to a client of it."""

import base64
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from dunnage.errors import ConfigError
from dunnage.remote.causes import words_of
from dunnage.remote.http_client import HttpClient
from dunnage.remote.url import RemoteUrl

OPTIONS: Final = frozenset(
    {"ca_file", "cert_file", "headers_file", "key_file", "password_file", "token_file"}
)


def client_of(url: RemoteUrl, environ: Mapping[str, str]) -> HttpClient:
    """A client that has asked nobody yet. ConfigError."""
    url.only(OPTIONS)
    if not url.host:
        raise ConfigError(f"The remote {url} names no server.")
    host = f"[{url.host}]" if ":" in url.host else url.host
    port = "" if url.port is None else f":{url.port}"
    headers = {**_own_headers(url, environ), **_authorization(url, environ)}
    for name, value in headers.items():
        if not (name.isascii() and name.replace("-", "").isalnum()) or not (
            value.isascii() and value.isprintable()
        ):
            raise ConfigError(f"The remote {url} is to be sent a header that cannot be one.")
    return HttpClient(
        f"{url.scheme}://{host}{port}{quote(url.path.rstrip('/'))}",
        headers,
        tls=_tls(url) if url.scheme == "https" else None,
        proxy=_proxy(url, environ),
    )


def _authorization(url: RemoteUrl, environ: Mapping[str, str]) -> dict[str, str]:
    token = url.secret("token", environ, "DUNNAGE_HTTP_TOKEN")
    if url.user:
        password = url.password or url.secret("password", environ, "DUNNAGE_HTTP_PASSWORD")
        both = base64.b64encode(f"{url.user}:{password}".encode()).decode()
        return {"Authorization": f"Basic {both}"}
    return {"Authorization": f"Bearer {token}"} if token else {}


def _own_headers(url: RemoteUrl, environ: Mapping[str, str]) -> dict[str, str]:
    """Lines of `Name: value`."""
    headers = {}
    for line in url.secret("headers", environ, "DUNNAGE_HTTP_HEADERS").splitlines():
        if line.strip():
            name, colon, value = line.partition(":")
            if not colon:
                raise ConfigError(f"The remote {url}: its headers are not lines of `Name: value`.")
            headers[name.strip()] = value.strip()
    return headers


def _tls(url: RemoteUrl) -> ssl.SSLContext:
    """A context that verifies. ConfigError."""
    trusted, own, key = (_path(url, option) for option in ("ca_file", "cert_file", "key_file"))
    try:
        context = ssl.create_default_context(cafile=trusted)
        if own:
            context.load_cert_chain(own, key)
    except (OSError, ValueError) as error:
        raise ConfigError(f"The remote {url}: its certificates cannot be read: {words_of(error)}.") from None
    return context


def _path(url: RemoteUrl, option: str) -> str | None:
    text = url.options.get(option)
    return str(Path(text).expanduser()) if text else None


def _proxy(url: RemoteUrl, environ: Mapping[str, str]) -> str:
    """The proxy that the usual variables name for this server; empty where none is between."""
    named = {
        name.lower().removesuffix("_proxy"): value
        for name, value in sorted(environ.items())  # so that lower case, which sorts last, wins
        if name.lower().endswith("_proxy")
    }
    if proxy_bypass_environment(url.host, named):
        return ""
    proxy = named.get(url.scheme, "")
    if not proxy:
        return ""
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    try:
        parts = parse_url(proxy)
    except LocationParseError:
        parts = Url()
    if parts.scheme not in {"http", "https"} or not parts.host:
        raise ConfigError(
            f"The remote {url} is behind a proxy whose variable holds no URL like http://host:port."
        )
    return proxy
