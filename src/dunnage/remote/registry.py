"""From a URL to the backend that understands it. The only file that knows all of them, by name: none is imported before
it is used.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dunnage.config.values import nearest
from dunnage.errors import ConfigError
from dunnage.remote.contract import Backend
from dunnage.remote.url import RemoteUrl


@dataclass(frozen=True, slots=True)
class Family:
    """Where a backend is, and what it needs."""

    module: str
    """Below this room. It has `open_backend(url: RemoteUrl, environ: Mapping[str, str]) -> Backend`, which raises
    ConfigError for what is wrong with the URL and asks nobody yet."""
    extra: str
    """The extra of the package that installs what it needs; empty where it needs nothing."""


FAMILIES: Final[dict[tuple[str, str], Family]] = {
    ("grpc", ""): Family("reapi.backend", "reapi"),
    ("grpcs", ""): Family("reapi.backend", "reapi"),
    ("file", ""): Family("directory", ""),
    ("http", ""): Family("http_cache", "http"),
    ("https", ""): Family("http_cache", "http"),
    ("http", "dav"): Family("webdav", "http"),
    ("https", "dav"): Family("webdav", "http"),
    ("s3", ""): Family("s3", "s3"),
    ("gs", ""): Family("gcs", "gcs"),
    ("az", ""): Family("azure", "azure"),
    ("redis", ""): Family("redis_backend", "redis"),
    ("rediss", ""): Family("redis_backend", "redis"),
    ("redis", "unix"): Family("redis_backend", "redis"),
    ("gha", ""): Family("gha.backend", "gha"),
}
"""By scheme and variant of the URL."""


def open_backend(text: str, environ: Mapping[str, str]) -> Backend:
    """The backend of a URL, which has not been asked anything yet. ConfigError."""
    url = RemoteUrl.parse(text)
    family = FAMILIES.get((url.scheme, url.variant))
    if family is None:
        known = sorted("+".join(filter(None, key)) for key in FAMILIES)
        near = nearest("+".join(filter(None, (url.scheme, url.variant))), known)
        meant = f"; did you mean {near}://?" if near else f" ({', '.join(known)})."
        raise ConfigError(f"The remote {url} is of a kind that is not known{meant}")
    try:
        module = importlib.import_module(f"dunnage.remote.{family.module}")
    except ModuleNotFoundError as error:
        if not family.extra or (error.name or "").startswith("dunnage"):
            raise
        raise ConfigError(
            f"The remote {url} needs {error.name}, which is not installed.",
            hint=f"Install it with `pip install 'dunnage[{family.extra}]'`.",
        ) from None
    backend: Backend = module.open_backend(url, environ)
    return backend
