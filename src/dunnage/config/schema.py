"""The table of settings: one row each. Loading, `dunnage config` and the reference page all walk it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dunnage.config.clients import ARCHES
from dunnage.config.values import (
    format_duration,
    format_size,
    parse_duration,
    parse_size,
    redacted,
    switch_word,
)
from dunnage.limits import IDLE_TIMEOUT_S_DEFAULT, STORE_BYTES_DEFAULT

SWITCH: Final = ("off", "on")
"""The choices of what is off or on; `true`, `1` and their like are understood, too."""


class Kind(StrEnum):
    """How a value is written."""

    SIZE = "size"
    DURATION = "duration"
    CHOICE = "choice"
    TEXT = "text"
    WORDS = "words"
    URLS = "urls"


class Trust(StrEnum):
    """Whose files may set it. A project's file comes with somebody else's sources."""

    USER = "user"
    """Only the user: it spends the user's disk, or changes the one daemon that all projects share."""
    PROJECT = "project"
    """A project's dunnage.toml, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One row."""

    name: str
    kind: Kind
    default: int | str
    """Bytes for a size, seconds for a duration."""
    trust: Trust
    doc: str
    choices: tuple[str, ...] = ()

    @property
    def env(self) -> str:
        """The variable that sets it."""
        return f"DUNNAGE_{self.name.upper()}"

    def parse(self, value: object) -> int | str:
        """The value as dunnage uses it, from text or from TOML. Raises ValueError: what it is not."""
        if self.choices == SWITCH:
            value = switch_word(value)
        elif (
            self.kind in (Kind.URLS, Kind.WORDS)
            and isinstance(value, list)
            and all(isinstance(word, str) for word in value)
        ):
            value = " ".join(value)
        elif (
            self.kind in (Kind.SIZE, Kind.DURATION) and isinstance(value, int) and not isinstance(value, bool)
        ):
            value = str(value)
        if not isinstance(value, str):
            raise ValueError(f"`{value}` is not {self.form}")
        if self.kind is Kind.CHOICE:
            if value not in self.choices:
                raise ValueError(f"`{value}` is not {self.form}")
            return value
        if self.kind in (Kind.TEXT, Kind.WORDS, Kind.URLS):
            return value.strip() if self.kind is Kind.TEXT else " ".join(value.split())
        number = parse_size(value) if self.kind is Kind.SIZE else parse_duration(value)
        if number <= 0:
            raise ValueError(f"`{value}` is not more than zero")
        return number

    def format(self, value: int | str) -> str:
        """The value for people."""
        if isinstance(value, str):
            return (redacted(value) if self.kind is Kind.URLS else value) or "-"
        return format_size(value) if self.kind is Kind.SIZE else format_duration(value)

    @property
    def form(self) -> str:
        """What a value has to look like, for messages and the reference page."""
        match self.kind:
            case Kind.SIZE:
                return "a size like 10GiB or 500M"
            case Kind.DURATION:
                return "a duration like 4h or 30m"
            case Kind.CHOICE:
                return "one of " + ", ".join(self.choices)
            case Kind.TEXT:
                return "a text"
            case Kind.WORDS:
                return "words, in one text with blanks between them or in TOML's brackets"
            case Kind.URLS:
                return (
                    "URLs like s3://bucket/prefix, in one text with blanks between them or in TOML's brackets"
                )


SETTINGS: Final = (
    Setting(
        name="size_max",
        kind=Kind.SIZE,
        default=STORE_BYTES_DEFAULT,
        trust=Trust.USER,
        doc="How large the store may grow before what was used least recently is trimmed.",
    ),
    Setting(
        name="idle_timeout",
        kind=Kind.DURATION,
        default=IDLE_TIMEOUT_S_DEFAULT,
        trust=Trust.USER,
        doc="The daemon ends itself after this long without a session.",
    ),
    Setting(
        name="log_level",
        kind=Kind.CHOICE,
        default="info",
        trust=Trust.USER,
        doc="How much the daemon writes into its log.",
        choices=("debug", "info", "warning", "error"),
    ),
    Setting(
        name="key_texts",
        kind=Kind.CHOICE,
        default="off",
        trust=Trust.USER,
        doc="Whether the text of each stored result's key is kept, to see with `diff` why two keys differ.",
        choices=SWITCH,
    ),
    Setting(
        name="verify",
        kind=Kind.CHOICE,
        default="off",
        trust=Trust.USER,
        doc="Verify mode: what would be a hit is compiled all the same, and compared with what is stored.",
        choices=SWITCH,
    ),
    Setting(
        name="replay",
        kind=Kind.CHOICE,
        default="on",
        trust=Trust.USER,
        doc="Whether runs of build scripts are replayed. Off, their programs are written as rustc makes them.",
        choices=SWITCH,
    ),
    Setting(
        name="observe",
        kind=Kind.CHOICE,
        default="on",
        trust=Trust.USER,
        doc="Whether what procedural macros look at is observed, so that it counts; off, they may get old answers.",
        choices=SWITCH,
    ),
    Setting(
        name="portable",
        kind=Kind.CHOICE,
        default="off",
        trust=Trust.PROJECT,
        doc="Portable mode: outputs hold stable names instead of places, so that worktrees, users, containers share.",
        choices=SWITCH,
    ),
    Setting(
        name="remotes",
        kind=Kind.URLS,
        default="",
        trust=Trust.USER,
        doc="Where results are kept beyond this machine, the nearest first; asked for what the store lacks.",
    ),
    Setting(
        name="remote_write",
        kind=Kind.CHOICE,
        default="auto",
        trust=Trust.USER,
        doc="Whether results are sent to remotes; `auto`: only where CI builds a push to the default branch.",
        choices=("auto", *SWITCH),
    ),
    Setting(
        name="trust_domain",
        kind=Kind.TEXT,
        default="",
        trust=Trust.USER,
        doc="Results of another trust domain are not seen, though they may stand on the same remote.",
    ),
    Setting(
        name="seal_secret_file",
        kind=Kind.TEXT,
        default="",
        trust=Trust.USER,
        doc="A file with a secret that seals what is sent to remotes (HMAC); what it did not seal is a miss.",
    ),
    Setting(
        name="seal_key_file",
        kind=Kind.TEXT,
        default="",
        trust=Trust.USER,
        doc="A file with an Ed25519 private key (PEM) that seals what is sent to remotes.",
    ),
    Setting(
        name="trusted_key_file",
        kind=Kind.TEXT,
        default="",
        trust=Trust.USER,
        doc="A file with the Ed25519 public key (PEM) that seals are checked with; anything else is a miss.",
    ),
    Setting(
        name="offer",
        kind=Kind.WORDS,
        default="",
        trust=Trust.USER,
        doc="Where sccache, ccache, Bazel may use the cache: an address here (127.0.0.1:8123), `containers`, or both.",
    ),
    Setting(
        name="offer_write",
        kind=Kind.CHOICE,
        default="on",
        trust=Trust.USER,
        doc="Whether those may also put something there.",
        choices=SWITCH,
    ),
    Setting(
        name="offer_token_file",
        kind=Kind.TEXT,
        default="",
        trust=Trust.USER,
        doc="A file with the token that they have to show, instead of `offer-token` in the directory.",
    ),
    Setting(
        name="container_arch",
        kind=Kind.CHOICE,
        default="auto",
        trust=Trust.PROJECT,
        doc="Architecture of the client for containers; `auto` asks the engine about the image.",
        choices=("auto", *ARCHES),
    ),
)

BY_NAME: Final = {row.name: row for row in SETTINGS}

VARIABLES: Final = {
    "DUNNAGE_DIR": "Directory of store, sockets and logs, instead of the user's cache directory.",
    "DUNNAGE_CONFIG": "The user's dunnage.toml, instead of the one in the user's configuration directory.",
    "DUNNAGE_DISABLE": "`1`: the client runs every compiler at once, as if dunnage were not there.",
    "DUNNAGE_EXTRA_INPUTS": "Set by dunnage: the extra inputs of the user's own dunnage.toml, for the daemon.",
    "DUNNAGE_CLIENT": "Set by dunnage: the client that CMake's launcher and `dunnage-cc` become, else the compiler.",
    "DUNNAGE_FOUND": "Set by the client: which compiler it found in PATH, for others of the name that call it again.",
    "DUNNAGE_MASQUERADE": "Set by dunnage: the directory of links in front of PATH, which cargo's compiles do not see.",
    "DUNNAGE_SOCKET": "Set by dunnage: where the client finds the daemon. Without it, it runs the compiler at once.",
}
"""Variables that are no settings: they say where settings are, or speak to the client, which has none."""
