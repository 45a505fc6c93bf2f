"""`gs://bucket/prefix`: Google Cloud Storage."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from obstore.store import GCSStore

from dunnage.errors import ConfigError
from dunnage.remote.cloud import backend_of, first_of, is_on
from dunnage.remote.objects import ObjectBackend
from dunnage.remote.url import RemoteUrl

OPTIONS: Final = frozenset({"anonymous", "ca_file", "credentials_file", "endpoint", "token_file"})


def open_backend(url: RemoteUrl, environ: Mapping[str, str]) -> ObjectBackend:
    """The backend of such a URL."""
    url.only(OPTIONS)
    if not url.host:
        raise ConfigError(f"The remote {url} names no bucket; it is written gs://bucket/prefix.")
    endpoint = url.options.get("endpoint", "").rstrip("/")
    settings = {"base_url": endpoint, **_identity(url, environ)}
    return backend_of(url, GCSStore, f"The bucket gs://{url.host}", endpoint, settings)


def _identity(url: RemoteUrl, environ: Mapping[str, str]) -> dict[str, Any]:
    """Who we are, in obstore's words: nobody, whoever a token or a file names, or what a machine is."""
    if is_on(url, "anonymous"):
        return {"skip_signature": True}
    if token := url.secret("token", environ, "CLOUDSDK_AUTH_ACCESS_TOKEN"):
        return {"credential_provider": lambda: {"token": token, "expires_at": None}}
    named = url.options.get("credentials_file") or first_of(environ, "GOOGLE_APPLICATION_CREDENTIALS")
    if not named:
        return {}
    path = Path(named).expanduser()
    if not path.is_file():
        raise ConfigError(f"The remote {url}: the credentials file {path} is not there.")
    return {"application_credentials": str(path)}
