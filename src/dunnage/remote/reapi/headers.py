"""What goes with each request so that a server knows us: from the URL, the environment and files.

Files are looked at again before each request, and read again when they are others than before: tokens of clouds and
clusters live an hour, and whoever renews them writes a file.
"""

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from dunnage.errors import ConfigError
from dunnage.remote.url import RemoteUrl

TOKEN_VARIABLE: Final = "DUNNAGE_REAPI_TOKEN"
"""Sent as `authorization: Bearer …`."""
PASSWORD_VARIABLE: Final = "DUNNAGE_REAPI_PASSWORD"
"""Of the user that the URL names."""
HEADERS_VARIABLE: Final = "DUNNAGE_REAPI_HEADERS"
"""Lines of `name: value`, sent as they are: services have headers of their own."""

FILES: Final = ("token_file", "password_file", "headers_file")

_Pairs = tuple[tuple[str, str], ...]


class Headers:
    """Names, and values that are secret. Thread-safe."""

    def __init__(self, url: RemoteUrl, environ: Mapping[str, str]) -> None:
        """ConfigError: a file cannot be read, or gRPC does not take what it says."""
        self._url = url
        self._environ = environ
        self._files = [Path(url.options[name]).expanduser() for name in FILES if url.options.get(name)]
        self._read = self._looks(), _checked(url, environ)

    def pairs(self) -> _Pairs:
        """What is sent now. A file that is gone or not whole leaves it as it was."""
        looks, pairs = self._read
        if self._files and (now := self._looks()) != looks:
            try:
                pairs = _checked(self._url, self._environ)
                self._read = now, pairs
            except ConfigError:
                pass
        return pairs

    def hidden(self, text: str) -> str:
        """A text without our secrets."""
        for _, value in self._read[1]:
            for part in (value, value.partition(" ")[2]):
                text = text.replace(part, "***") if part else text
        return text

    def _looks(self) -> list[tuple[int, int, int]]:
        """What tells one state of the files from another."""
        looks = []
        for path in self._files:
            try:
                found = path.stat()
            except OSError:
                continue
            looks.append((found.st_ino, found.st_mtime_ns, found.st_size))
        return looks


def _headers(url: RemoteUrl, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    token = url.secret("token", environ, TOKEN_VARIABLE)
    if url.user:
        password = url.password or url.secret("password", environ, PASSWORD_VARIABLE)
        yield "authorization", "Basic " + base64.b64encode(f"{url.user}:{password}".encode()).decode()
    elif token:
        yield "authorization", f"Bearer {token}"
    for line in url.secret("headers", environ, HEADERS_VARIABLE).splitlines():
        if line.strip():
            name, colon, value = line.partition(":")
            if not colon:
                raise ConfigError(f"The remote {url}: its headers are not lines of `name: value`.")
            yield name.strip().lower(), value.strip()


def _checked(url: RemoteUrl, environ: Mapping[str, str]) -> _Pairs:
    headers = tuple(_headers(url, environ))
    for name, value in headers:
        if not _is_name(name) or not (value.isascii() and value.isprintable()):
            raise ConfigError(f"The remote {url} is to be sent a header that gRPC does not take.")
    return headers


def _is_name(name: str) -> bool:
    """Whether gRPC takes a header of that name, which must hold text and be none of its own."""
    letters = name.replace("-", "").replace("_", "").replace(".", "")
    return (
        letters.isascii() and letters.isalnum() and not name.startswith("grpc-") and not name.endswith("-bin")
    )
