"""`s3://bucket/prefix?region=…`: Amazon's S3, and everything that speaks it (MinIO, Ceph, R2, Garage, …)."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from obstore.store import S3Store

from dunnage.errors import ConfigError
from dunnage.remote.aws_credentials import credentials_of
from dunnage.remote.cloud import backend_of, first_of, is_on
from dunnage.remote.objects import ObjectBackend
from dunnage.remote.url import RemoteUrl

OPTIONS: Final = frozenset({"anonymous", "ca_file", "endpoint", "profile", "region", "style"})

_ROLES: Final = {
    "AWS_WEB_IDENTITY_TOKEN_FILE": "web_identity_token_file",
    "AWS_ROLE_ARN": "role_arn",
    "AWS_ROLE_SESSION_NAME": "role_session_name",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "container_credentials_relative_uri",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "container_credentials_full_uri",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "container_authorization_token_file",
}
"""Variables by which a machine is told what it may become, and what obstore calls them."""


def open_backend(url: RemoteUrl, environ: Mapping[str, str]) -> ObjectBackend:
    """The backend of such a URL."""
    url.only(OPTIONS)
    if not url.host:
        raise ConfigError(f"The remote {url} names no bucket; it is written s3://bucket/prefix.")
    region = url.options.get("region") or first_of(environ, "AWS_REGION", "AWS_DEFAULT_REGION") or "us-east-1"
    endpoint = _endpoint(url, environ)
    is_virtual = _is_virtual(url)
    if endpoint and is_virtual:
        endpoint = endpoint.replace("://", f"://{url.host}.", 1)
    settings = {
        "endpoint": endpoint,
        "region": region,
        "virtual_hosted_style_request": is_virtual,
        **_identity(url, environ),
    }
    return backend_of(url, S3Store, f"The bucket s3://{url.host}", endpoint, settings)


def _identity(url: RemoteUrl, environ: Mapping[str, str]) -> dict[str, Any]:
    """Who we are, in obstore's words: nobody, whom a key names, or what a machine is told to be."""
    if is_on(url, "anonymous"):
        return {"skip_signature": True}
    found = credentials_of(url, environ)
    if found is None:
        return {known: environ[name] for name, known in _ROLES.items() if environ.get(name)}
    given = {
        "access_key_id": found.key_id,
        "secret_access_key": found.secret,
        "token": found.token or None,
        "expires_at": None,
    }
    # Through a function, since obstore would mix a key of ours with a token of its own process's environment.
    return {"credential_provider": lambda: given}


def _endpoint(url: RemoteUrl, environ: Mapping[str, str]) -> str:
    endpoint = url.options.get("endpoint") or first_of(environ, "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
    if endpoint and (urlsplit(endpoint).scheme not in {"http", "https"} or not urlsplit(endpoint).hostname):
        raise ConfigError(f"The remote {url}: its endpoint is no URL like https://host:port.")
    return endpoint.rstrip("/")


def _is_virtual(url: RemoteUrl) -> bool:
    style = url.options.get("style", "path")
    if style not in {"path", "virtual"}:
        raise ConfigError(f"The remote {url}: style is path or virtual.")
    return style == "virtual"
