"""Where Amazon's keys are: in the usual variables, or in the file that `aws configure` writes."""

import configparser
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from dunnage.errors import ConfigError
from dunnage.remote.url import RemoteUrl


class Credentials(NamedTuple):
    """A key. Never shown."""

    key_id: str
    secret: str
    token: str
    """Of a session; empty for a key that stays."""

    def __repr__(self) -> str:
        return "Credentials(***)"


def credentials_of(url: RemoteUrl, environ: Mapping[str, str]) -> Credentials | None:
    """The key that is given, None where none is. A profile that is named goes before variables. ConfigError."""
    profile = url.options.get("profile", "")
    key_id, secret = environ.get("AWS_ACCESS_KEY_ID", ""), environ.get("AWS_SECRET_ACCESS_KEY", "")
    if not profile and key_id and secret:
        return Credentials(key_id, secret, environ.get("AWS_SESSION_TOKEN", ""))
    named = profile or environ.get("AWS_PROFILE", "")
    found = _in_file(_file(environ), named or "default")
    if found is None and named:
        raise ConfigError(
            f"The remote {url}: the profile {named} has no key in {_file(environ)}.",
            hint="`aws configure export-credentials --format env` prints the variables of a profile of another kind.",
        )
    return found


def _file(environ: Mapping[str, str]) -> Path:
    named = environ.get("AWS_SHARED_CREDENTIALS_FILE", "")
    home = environ.get("HOME", "") or str(Path.home())
    return Path(named).expanduser() if named else Path(home, ".aws", "credentials")


def _in_file(path: Path, profile: str) -> Credentials | None:
    """A profile's key in a file that may not be there, or not be what it should."""
    parser = configparser.RawConfigParser(default_section="")
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
        section = parser[profile]
        return Credentials(
            section["aws_access_key_id"],
            section["aws_secret_access_key"],
            section.get("aws_session_token", ""),
        )
    except (OSError, UnicodeDecodeError, configparser.Error, KeyError):
        return None
