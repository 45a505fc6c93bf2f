"""Where the daemon offers its cache to other programs: addresses on this machine, containers, and a token.

The token is made once and kept beside the store, readable by the user alone, unless a file of the user's own is named.
"""

import ipaddress
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dunnage.errors import ConfigError

CONTAINERS: Final = "containers"
"""The word for the directory of sockets that is mounted into containers."""

TOKEN_NAME: Final = "offer-token"
_TOKEN_BYTES: Final = 24
_TOKEN_CHARS_MIN: Final = 16
_PORT_MAX: Final = 65535


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the setting `offer` names."""

    addresses: tuple[tuple[str, int], ...]
    containers: bool


def parse_offer(text: str) -> Wanted:
    """Words with blanks between them, each an address or `containers`. ConfigError: one of them is neither."""
    words = text.split()
    addresses = [parse_address(word) for word in words if word != CONTAINERS]
    return Wanted(tuple(addresses), CONTAINERS in words)


def parse_address(text: str) -> tuple[str, int]:
    """Host and port of `127.0.0.1:8123` or `[::1]:8123`. ConfigError: it is none, or not on this machine alone."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        address = None
    if address is None or not (port.isascii() and port.isdigit() and 0 < int(port) <= _PORT_MAX):
        raise ConfigError(f"offer: `{text}` is no address like 127.0.0.1:8123, and not `{CONTAINERS}`.")
    if not address.is_loopback:
        raise ConfigError(
            f"offer: {host} is an address that other machines reach.",
            hint=f'Offer on 127.0.0.1. For containers there is `offer = "{CONTAINERS}"`.',
        )
    return str(address), int(port)


def token_of(base: Path, token_file: str) -> str:
    """The token: what the user's own file holds, or the one that is kept in the base directory, made if need be.

    Raises:
        ConfigError: it cannot be read or made, or is too short to be secret.
    """
    path = Path(token_file).expanduser() if token_file else base / TOKEN_NAME
    try:
        if not token_file:
            _make(path)
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The token in {path} cannot be read: {error}.") from None
    if len(token) < _TOKEN_CHARS_MIN:
        raise ConfigError(f"The token in {path} has {len(token)} characters; it needs {_TOKEN_CHARS_MIN}.")
    return token


def _make(path: Path) -> None:
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(_TOKEN_BYTES) + "\n")
