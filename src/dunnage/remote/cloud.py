"""Objects in a bucket of S3, Google or Azure, through `obstore`: one library for all three, its own retries off."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeVar

import obstore
from obstore.exceptions import BaseError

from dunnage.config.values import redacted
from dunnage.errors import ConfigError
from dunnage.remote import limits
from dunnage.remote.causes import words_of
from dunnage.remote.cloud_trouble import is_without_bucket, meant_by
from dunnage.remote.objects import PIECE_BYTES, ObjectBackend, exactly
from dunnage.remote.url import RemoteUrl

if TYPE_CHECKING:
    from obstore import GetResult
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

_TROUBLE: Final = (BaseError, OSError, ValueError, NotImplementedError)
"""What obstore raises: some of its errors are Python's own."""
_PART_BYTES: Final = 8 * 1024 * 1024
_PARTS_AT_ONCE: Final = 2
"""Of one large object; so that each takes 24 MB of memory at most."""

Result = TypeVar("Result")
Store = TypeVar("Store", bound="ObjectStore")


class CloudObjects:
    """Objects of one bucket, below one prefix."""

    def __init__(self, store: "ObjectStore", where: str) -> None:
        self._store = store
        self._where = where

    def check(self) -> None:
        """GET of an object that is most likely not there: unlike HEAD, it says whether the bucket is."""
        self._get("v1/check")

    @contextmanager
    def stream(self, name: str) -> Iterator[Iterable[bytes] | None]:
        """GET."""
        result = self._get(name)
        yield None if result is None else self._pieces(result)

    def _get(self, name: str) -> "GetResult | None":
        """None for an object that is not there; RemoteRefused where it is the bucket that is not."""
        try:
            return obstore.get(self._store, name)
        except FileNotFoundError as error:
            if is_without_bucket(error):
                raise meant_by(error, self._where) from error
            return None
        except _TROUBLE as error:
            raise meant_by(error, self._where) from error

    def _pieces(self, result: "GetResult") -> Iterator[bytes]:
        pieces = result.stream(min_chunk_size=PIECE_BYTES)
        while True:
            try:
                piece = next(pieces, None)
            except _TROUBLE as error:
                raise meant_by(error, self._where) from error
            if piece is None:
                return
            yield bytes(piece)

    def has(self, name: str) -> bool:
        """HEAD."""
        try:
            obstore.head(self._store, name)
        except FileNotFoundError:
            return False
        except _TROUBLE as error:
            raise meant_by(error, self._where) from error
        return True

    def put(self, name: str, file: BinaryIO, size: int) -> None:
        """PUT, in parts where it is large; there is nothing to be seen before its end."""
        if size <= limits.REMOTE_IN_MEMORY_BYTES_MAX:
            data = b"".join(exactly(file, size))
            self._do(lambda: obstore.put(self._store, name, data, use_multipart=False))
            return
        parts = exactly(file, size)
        self._do(
            lambda: obstore.put(
                self._store,
                name,
                parts,
                use_multipart=True,
                chunk_size=_PART_BYTES,
                max_concurrency=_PARTS_AT_ONCE,
            )
        )

    def _do(self, ask: Callable[[], object]) -> None:
        try:
            ask()
        except _TROUBLE as error:
            raise meant_by(error, self._where) from error

    def close(self) -> None:
        """obstore's connections are all of a process's, and close when they were not used for a while."""


def backend_of(
    url: RemoteUrl,
    make: Callable[..., "ObjectStore"],
    where: str,
    endpoint: str,
    settings: Mapping[str, object],
) -> ObjectBackend:
    """A backend over the store that `make` makes of a bucket's name and of settings in obstore's words, of which empty
    ones are left out. ConfigError.
    """
    options: dict[str, Any] = {
        "prefix": url.path.strip("/") or None,
        "client_options": client_options(url, endpoint),
        "retry_config": retries(),
    }
    try:
        store = make(url.host, **options, **{name: value for name, value in settings.items() if value})
    except _TROUBLE as error:
        # What obstore says may quote a key.
        kind = type(error).__name__
        raise ConfigError(
            f"The remote {url}: its options or its credentials are not understood ({kind})."
        ) from None
    return ObjectBackend(CloudObjects(store, f"{where} at {redacted(endpoint)}" if endpoint else where))


def client_options(url: RemoteUrl, endpoint: str) -> "ClientConfig":
    """Timeouts of ours; plain HTTP where the endpoint says so; whose certificates are trusted. ConfigError."""
    options: ClientConfig = {
        "allow_http": endpoint.startswith("http://"),
        "connect_timeout": timedelta(seconds=limits.REMOTE_CONNECT_TIMEOUT_S),
        "read_timeout": timedelta(seconds=limits.REMOTE_REQUEST_TIMEOUT_S),
        "timeout": timedelta(seconds=limits.REMOTE_TRANSFER_TIMEOUT_S),
    }
    if trusted := url.options.get("ca_file"):
        try:
            options["root_certificate"] = Path(trusted).expanduser().read_bytes()
        except OSError as error:
            raise ConfigError(f"The remote {url}: ca_file cannot be read: {words_of(error)}.") from None
    return options


def retries() -> "RetryConfig":
    """None: obstore's own are ten, in three minutes."""
    return {"max_retries": 0, "retry_timeout": timedelta(seconds=limits.REMOTE_REQUEST_TIMEOUT_S)}


def is_on(url: RemoteUrl, option: str) -> bool:
    """An option that is off or on. ConfigError."""
    text = url.options.get(option, "0").lower()
    if text not in {"0", "1", "false", "true"}:
        raise ConfigError(f"The remote {url}: {option} is 0 or 1.")
    return text in {"1", "true"}


def first_of(environ: Mapping[str, str], *names: str) -> str:
    """The first of these variables that is set and not empty."""
    return next((environ[name] for name in names if environ.get(name)), "")
