"""What GitHub's runner and the URL say: where the service is, what the token permits, which job this is.

    gha://?lane=linux-arm64&restore=linux-x64,linux&share=2GiB&namespace=release&refresh=600

The runner gives the service's address and token to actions only, never to `run:` steps.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from blake3 import blake3

from dunnage.config.values import parse_size
from dunnage.errors import ConfigError
from dunnage.remote import limits
from dunnage.remote.url import RemoteUrl

_OPTIONS: Final = ("lane", "namespace", "refresh", "restore", "share", "token_file")
_MODES: Final = {
    "": (True, True),
    "none": (False, False),
    "read": (True, False),
    "write": (True, True),
    "write-only": (False, True),
}
"""`ACTIONS_CACHE_MODE`: whether it may be read, and written. `write` is both, in the words of GitHub's own client."""
_GITHUB: Final = ("github.com", "github.localhost")
_GITHUB_BELOW: Final = (".ghe.com", ".localhost")
_ODD: Final = re.compile(r"[^A-Za-z0-9._-]+")
_LANE_CHARS_MAX: Final = 80
_LANES_MAX: Final = 9
"""The service takes ten keys in one question: one is asked for twice, as the key and as a prefix."""
_WRITE: Final = 2
"""The bit of a scope's permission that lets us write; 1 is to read."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that one job's backend goes by."""

    results_url: str
    """`https://host[:port]`, without a path."""
    token: str = field(repr=False)
    may_read: bool
    may_write: bool
    lane: str
    restore: tuple[str, ...]
    """Lanes that are looked into where the own one has nothing, in this order."""
    run: str
    """Which job this is, for the names of what it saves."""
    namespace: str
    share_bytes: int
    refresh_s: int | None
    """How long what a manifest lacked is believed to be absent; None: as long as the job lasts."""


def settings_of(url: RemoteUrl, environ: Mapping[str, str]) -> Settings:
    """The settings of a job. ConfigError, which says nothing of the token."""
    url.only(_OPTIONS)
    if url.host or url.path.strip("/") or url.user or url.password:
        raise ConfigError(
            f"The remote {url}: gha:// has neither host nor path, only options.",
            hint="Try gha://?lane=linux.",
        )
    may_read, may_write = _mode(environ)
    token = url.secret("token", environ, "ACTIONS_RUNTIME_TOKEN")
    address = _address(environ)
    if not token:
        raise _outside("ACTIONS_RUNTIME_TOKEN")
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise ConfigError(
            "ACTIONS_RUNTIME_TOKEN is no token: it has characters that cannot be sent.", hint=""
        )
    lane = _lane(url.options.get("lane", "") or _job_of(environ))
    restore = [_lane(each) for each in url.options.get("restore", "").split(",") if each.strip()]
    others = tuple(each for each in dict.fromkeys(restore) if each != lane)
    if len(others) >= _LANES_MAX:
        raise ConfigError(f"The remote {url}: restore names more than {_LANES_MAX - 1} lanes.", hint="")
    words = (environ.get("GITHUB_RUN_ID", "0"), environ.get("GITHUB_RUN_ATTEMPT", "1"))
    run = "-".join(_ODD.sub("_", word)[:20] for word in words)
    return Settings(
        address, token, may_read, may_write and may_write_by(token), lane, others, run,
        url.options.get("namespace", ""), _share(url), url.number("refresh", 0) if "refresh" in url.options else None,
    )  # fmt: skip


def may_write_by(token: str) -> bool:
    """Whether a token has a scope that it may write. Where it cannot be read, the service decides."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        scopes = json.loads(claims["ac"])
        return any(int(scope["Permission"]) & _WRITE for scope in scopes)
    except (IndexError, KeyError, TypeError, ValueError, RecursionError, binascii.Error):
        return True


def _mode(environ: Mapping[str, str]) -> tuple[bool, bool]:
    word = environ.get("ACTIONS_CACHE_MODE", "").strip().lower()
    if word not in _MODES:
        known = ", ".join(filter(None, _MODES))
        raise ConfigError(f"ACTIONS_CACHE_MODE is {word!r}, which is none of {known}.", hint="")
    return _MODES[word]


def _address(environ: Mapping[str, str]) -> str:
    server = urlsplit(environ.get("GITHUB_SERVER_URL", "") or "https://github.com").hostname or ""
    if server not in _GITHUB and not server.endswith(_GITHUB_BELOW):
        raise ConfigError(
            f"{server} is a GitHub Enterprise Server, which has no cache service of version 2.",
            hint="Use another remote there, such as s3:// or a directory that the runners share.",
        )
    text = environ.get("ACTIONS_RESULTS_URL", "").strip()
    if not text:
        raise _outside("ACTIONS_RESULTS_URL")
    try:
        parts = urlsplit(text)
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        parts, port = urlsplit(""), ""
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigError(
            "ACTIONS_RESULTS_URL is no URL like https://results-receiver.actions.githubusercontent.com.",
            hint="",
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{port}"


def _outside(variable: str) -> ConfigError:
    return ConfigError(
        f"gha:// works in jobs of GitHub Actions only, and {variable} is not set.",
        hint="The runner gives it to actions, not to `run:` steps: let the dunnage action start the daemon.",
    )


def _job_of(environ: Mapping[str, str]) -> str:
    """The lane of a job that has not named one: legs of a matrix have the same, which is why the action names it."""
    names = ("GITHUB_WORKFLOW", "GITHUB_JOB", "RUNNER_OS", "RUNNER_ARCH")
    return "-".join(filter(None, (environ.get(name, "") for name in names))) or "default"


def _lane(text: str) -> str:
    """A lane's name as it stands in keys. Names that had to be changed get a hash, so that no two become the same."""
    name = _ODD.sub("_", text.strip())
    if name == text.strip() and len(name) <= _LANE_CHARS_MAX:
        return name
    return f"{name[:_LANE_CHARS_MAX]}-{blake3(text.encode('utf-8', 'surrogateescape')).hexdigest(4)}"


def _share(url: RemoteUrl) -> int:
    text = url.options.get("share")
    try:
        share = limits.GHA_SHARE_BYTES_DEFAULT if text is None else parse_size(text)
    except ValueError as error:
        raise ConfigError(f"The remote {url}: share: {error}.") from None
    if share <= 0:
        raise ConfigError(
            f"The remote {url}: a share of nothing keeps nothing.", hint="Leave the remote out instead."
        )
    return share
