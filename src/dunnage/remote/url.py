"""The URL of a remote: one line that says what it is, where, and how. Secrets in it are never shown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from dunnage.config.values import nearest, redacted
from dunnage.errors import ConfigError
from dunnage.remote.causes import words_of


@dataclass(frozen=True, slots=True)
class RemoteUrl:
    """`scheme+variant://user:password@host:port/path?option=value`, taken apart."""

    scheme: str
    variant: str
    """What follows a `+` in the scheme (`dav` in `https+dav`), else empty."""
    host: str
    port: int | None
    path: str
    """Decoded, beginning with `/`, or empty."""
    user: str
    password: str
    options: Mapping[str, str]
    shown: str
    """For people and logs: without anything secret."""

    @classmethod
    def parse(cls, text: str) -> "RemoteUrl":
        """Take a URL apart. ConfigError, which shows nothing that may be secret."""
        shown = redacted(text.strip())
        try:
            parts = urlsplit(text.strip())
            port = parts.port
            pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        except ValueError:
            raise ConfigError(
                f"The remote {shown} has a host, port or options that are not understood."
            ) from None
        scheme, _, variant = parts.scheme.partition("+")
        options = dict(pairs)
        if len(options) < len(pairs):
            raise ConfigError(f"The remote {shown} has an option twice.")
        if not scheme or parts.fragment:
            raise ConfigError(f"The remote {shown} is no URL like s3://bucket/prefix or https://host/path.")
        return cls(
            scheme, variant, parts.hostname or "", port, unquote(parts.path),
            unquote(parts.username or ""), unquote(parts.password or ""), options, shown,
        )  # fmt: skip

    def __str__(self) -> str:
        return self.shown

    def only(self, known: Collection[str]) -> None:
        """ConfigError where an option is none of these."""
        for name in self.options:
            if name not in known:
                near = nearest(name, known)
                meant = (
                    f"; did you mean {near}?" if near else f" ({', '.join(sorted(known)) or 'it has none'})."
                )
                raise ConfigError(f"The remote {self} has an option {name}, which is none of its own{meant}")

    def number(self, name: str, default: int) -> int:
        """An option that is a number. ConfigError."""
        text = self.options.get(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit()):
            raise ConfigError(f"The remote {self}: {name} is no number.")
        return int(text)

    def secret(self, name: str, environ: Mapping[str, str], variable: str) -> str:
        """A secret: what the file holds that the option `<name>_file` names, else what a variable holds, or nothing.

        Raises:
            ConfigError: the file cannot be read.
        """
        named = self.options.get(f"{name}_file", "")
        if not named:
            return environ.get(variable, "")
        try:
            return Path(named).expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"The remote {self}: {name}_file cannot be read: {words_of(error)}.") from None
