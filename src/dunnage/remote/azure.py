"""`az://container/prefix?account=…`: Azure's Blob Storage."""

from collections.abc import Mapping
from typing import Any, Final

from obstore.store import AzureStore

from dunnage.errors import ConfigError
from dunnage.remote.cloud import backend_of, first_of, is_on
from dunnage.remote.objects import ObjectBackend
from dunnage.remote.url import RemoteUrl

OPTIONS: Final = frozenset({"account", "anonymous", "ca_file", "endpoint", "key_file", "sas_file"})

_ROLES: Final = {
    "AZURE_CLIENT_ID": "client_id",
    "AZURE_CLIENT_SECRET": "client_secret",
    "AZURE_TENANT_ID": "tenant_id",
    "AZURE_FEDERATED_TOKEN_FILE": "federated_token_file",
    "AZURE_AUTHORITY_HOST": "authority_host",
}
"""Variables that say who we are to Entra, and what obstore calls them."""


def open_backend(url: RemoteUrl, environ: Mapping[str, str]) -> ObjectBackend:
    """The backend of such a URL."""
    url.only(OPTIONS)
    if not url.host:
        raise ConfigError(
            f"The remote {url} names no container; it is written az://container/prefix?account=name."
        )
    connection = _connection(environ.get("AZURE_STORAGE_CONNECTION_STRING", ""))
    account = (
        url.options.get("account")
        or first_of(environ, "AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_ACCOUNT_NAME")
        or connection.get("accountname", "")
    )
    if not account:
        raise ConfigError(f"The remote {url} names no account: `account=` does, or AZURE_STORAGE_ACCOUNT.")
    endpoint = (url.options.get("endpoint") or connection.get("blobendpoint", "")).rstrip("/")
    settings = {"endpoint": endpoint, "account_name": account, **_identity(url, environ, connection)}
    return backend_of(url, AzureStore, f"The container az://{url.host} of {account}", endpoint, settings)


def _identity(url: RemoteUrl, environ: Mapping[str, str], connection: Mapping[str, str]) -> dict[str, Any]:
    """Who we are, in obstore's words: nobody, a key, a signature, or whom Entra knows."""
    if is_on(url, "anonymous"):
        return {"skip_signature": True}
    key = url.secret("key", environ, "AZURE_STORAGE_KEY") or first_of(environ, "AZURE_STORAGE_ACCOUNT_KEY")
    if key := key or connection.get("accountkey", ""):
        return {"account_key": key}
    signature = url.secret("sas", environ, "AZURE_STORAGE_SAS_TOKEN") or connection.get(
        "sharedaccesssignature", ""
    )
    if signature:
        return {"sas_key": signature.lstrip("?")}
    return {known: environ[name] for name, known in _ROLES.items() if environ.get(name)}


def _connection(text: str) -> dict[str, str]:
    """The parts of a connection string, their names in lower case."""
    pairs = (part.partition("=") for part in text.split(";") if part.strip())
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
