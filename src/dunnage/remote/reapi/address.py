"""From a URL to where to go and with what credentials: `grpc[s]://[user:password@]host[:port][/instance][?options]`."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from dunnage.errors import ConfigError
from dunnage.remote.causes import words_of
from dunnage.remote.reapi.headers import FILES, Headers
from dunnage.remote.reapi.messages import BLAKE3, SHA256
from dunnage.remote.url import RemoteUrl

OPTIONS: Final = ("ca_file", "cert_file", "digest", "key_file", *FILES)

_DIGESTS: Final = {"": None, "sha256": SHA256, "blake3": BLAKE3}
_TLS_PORT: Final = 443
_KEYWORDS: Final = frozenset(
    {"blobs", "uploads", "actions", "actionResults", "operations", "capabilities", "compressed-blobs"}
)
"""Words that no part of an instance's name may be (`remote_execution.proto`, at the top)."""


@dataclass(frozen=True, slots=True)
class Tls:
    """What a connection is secured with: PEM, each None where the library's own will do."""

    ca: bytes | None = None
    cert: bytes | None = None
    key: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a remote is, and how it is spoken to."""

    where: str
    """The URL as it may be shown."""
    target: str
    """Host and port."""
    instance: str
    tls: Tls | None
    headers: Headers
    digest_function: int | None = None
    """None: the server says."""
    is_loopback: bool = False


def address_of(url: RemoteUrl, environ: Mapping[str, str]) -> Address:
    """What a URL says. ConfigError."""
    url.only(OPTIONS)
    if not url.host:
        raise ConfigError(f"The remote {url} names no host.")
    secured = url.scheme == "grpcs"
    if url.port is None and not secured:
        raise ConfigError(f"The remote {url} names no port.")
    digest = url.options.get("digest", "")
    if digest not in _DIGESTS:
        raise ConfigError(f"The remote {url}: digest is neither sha256 nor blake3.")
    host = f"[{url.host}]" if ":" in url.host else url.host
    return Address(
        where=str(url),
        target=f"{host}:{_TLS_PORT if url.port is None else url.port}",
        instance=_instance(url),
        tls=_tls(url, secured=secured),
        headers=Headers(url, environ),
        digest_function=_DIGESTS[digest],
        is_loopback=url.host in {"localhost", "::1"} or url.host.startswith("127."),
    )


def _instance(url: RemoteUrl) -> str:
    instance = url.path.strip("/")
    for part in instance.split("/"):
        if part in _KEYWORDS or (instance and not part):
            raise ConfigError(f"The remote {url}: no instance can be called {instance!r}.")
    return instance


def _tls(url: RemoteUrl, *, secured: bool) -> Tls | None:
    if not secured:
        for name in ("ca_file", "cert_file", "key_file"):
            if name in url.options:
                raise ConfigError(f"The remote {url}: {name} is for grpcs:// only.")
        return None
    tls = Tls(_pem(url, "ca_file"), _pem(url, "cert_file"), _pem(url, "key_file"))
    if (tls.cert is None) != (tls.key is None):
        raise ConfigError(f"The remote {url}: cert_file and key_file are of use only together.")
    _look_at(url, tls)
    return tls


def _look_at(url: RemoteUrl, tls: Tls) -> None:
    """ConfigError where OpenSSL does not take the certificates: gRPC would say nothing but that it cannot connect."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if tls.ca is not None:
            context.load_verify_locations(cadata=tls.ca.decode("ascii"))
        if tls.cert is not None:
            own, key = (Path(url.options[name]).expanduser() for name in ("cert_file", "key_file"))
            context.load_cert_chain(own, key, password="")
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"The remote {url}: its certificates or their key cannot be used: {words_of(error)}."
        ) from None


def _pem(url: RemoteUrl, name: str) -> bytes | None:
    if name not in url.options:
        return None
    try:
        return Path(url.options[name]).expanduser().read_bytes()
    except OSError as error:
        raise ConfigError(f"The remote {url}: {name} cannot be read: {words_of(error)}.") from None
