"""From the settings to the tiers of a daemon. A remote that cannot be used is a sentence for a person, not an end."""

import logging
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from dunnage.config.settings import Settings
from dunnage.config.trust import may_write
from dunnage.config.values import redacted
from dunnage.daemon.conditions import Condition
from dunnage.engine.patience import begun
from dunnage.engine.tiers import Tier, Tiers, no_numbers
from dunnage.errors import ConfigError, DunnageError, RemoteError, RemoteUnavailable
from dunnage.remote import limits
from dunnage.remote.guard import Guard
from dunnage.remote.registry import open_backend
from dunnage.remote.sealing import Seal, by_keys, by_secret, checked, read_key
from dunnage.remote.url import RemoteUrl

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """What came of the settings."""

    tiers: Tiers = ()
    unusable: Sequence[Condition] = field(default=())
    """The remotes that are no tiers, each with what is wrong."""

    def conditions(self) -> list[Condition]:
        """How all of them are: those that can be asked are asked now, which may take some seconds."""
        return [*self.unusable, *check(self.tiers)]

    def numbers(self) -> list[dict[str, Any]]:
        """What `dunnage stats --json` says of those that are no tiers."""
        return [
            no_numbers(each.name) | {"trouble": each.problem.message}
            for each in self.unusable
            if each.problem is not None
        ]


def open_tiers(settings: Settings, environ: Mapping[str, str]) -> Opened:
    """The tiers that can be used, and what is wrong with the others. No remote is asked anything yet."""
    urls = settings.remotes.split()
    if not urls:
        return Opened()
    try:
        seal = seal_of(settings)
    except ConfigError as error:
        return Opened(unusable=[Condition(redacted(url), error) for url in urls])
    tiers, unusable = [], []
    for url in urls:
        try:
            remote = _opened(url, environ)
        except DunnageError as error:
            unusable.append(Condition(redacted(url), _where_it_is_set(error, redacted(url), settings)))
            continue
        writes, why = _writes(settings, environ, seal)
        if writes and remote.traits.read_only:
            writes, why = False, "nothing can be put there"
        log.info("%s is read%s: %s", remote.name, " and written" if writes else " only", why)
        tiers.append(Tier(remote, seal, writes, settings.trust_domain, why=why))
    return Opened(tiers, unusable)


def _where_it_is_set(error: DunnageError, name: str, settings: Settings) -> DunnageError:
    """The error of a URL; what to do is to mend it, where nothing better is known."""
    origin = settings.origins["remotes"]
    hint = f"Mend `remotes` in {origin}." if error.advice == ConfigError.hint else error.advice
    return type(error)(_naming(name, error.message), hint=hint)


def _naming(name: str, message: str) -> str:
    """A sentence that says which remote it is about."""
    parts = urlsplit(name)
    place = f"{parts.scheme.partition('+')[0]}://{parts.netloc}" if parts.netloc else parts.path
    return message if name in message or (place and place in message) else f"{name}: {message}"


def _opened(url: str, environ: Mapping[str, str]) -> Guard:
    """A remote behind its guard. Whatever a library says of a URL is an error of ours: it must not end a daemon."""
    name = str(RemoteUrl.parse(url))
    try:
        return Guard(name, open_backend(url, environ))
    except DunnageError:
        raise
    except Exception as error:
        log.exception("%s could not be opened", name)
        raise ConfigError(f"The remote {name} is not understood: {type(error).__name__}.") from error


def check(tiers: Tiers) -> list[Condition]:
    """How remotes are that can be asked. All are asked at once; none is waited for longer than the command line waits
    for us.
    """
    until_s = time.monotonic() + limits.REMOTE_CHECK_TIMEOUT_S
    asked = [(tier, begun(tier.remote.check)) for tier in tiers]
    return [
        Condition(tier.name, _problem(tier, answer, until_s), tier.writes, tier.why) for tier, answer in asked
    ]


def _problem(tier: Tier, answer: "Future[None]", until_s: float) -> DunnageError | None:
    wait([answer], max(0.0, until_s - time.monotonic()))
    try:
        if not answer.done():
            raise RemoteUnavailable(f"It said nothing for {limits.REMOTE_CHECK_TIMEOUT_S} s.")
        answer.result()
    except RemoteError as error:
        return type(error)(_naming(tier.name, error.message), hint=error.advice)
    except Exception as error:
        log.exception("%s could not be checked", tier.name)
        return RemoteError(
            f"The remote {tier.name} could not be checked: {type(error).__name__}.",
            hint="The log has the details (`dunnage status` says where it is).",
        )
    return None


def _writes(settings: Settings, environ: Mapping[str, str], seal: Seal) -> tuple[bool, str]:
    if seal.tag is None:
        return False, "there is no key to seal with"
    if settings.remote_write == "auto":
        return may_write(environ)
    return settings.remote_write == "on", f"remote_write is {settings.remote_write}"


def seal_of(settings: Settings) -> Seal:
    """What records are sealed and checked with. ConfigError: a key cannot be read or used, or there are keys of two
    kinds.
    """
    secret, private, public = settings.seal_secret_file, settings.seal_key_file, settings.trusted_key_file
    if secret and (private or public):
        raise ConfigError(
            "Records are sealed by a secret or by keys, not by both: seal_secret_file, seal_key_file."
        )
    domain = settings.trust_domain
    if secret:
        return by_secret(domain, read_key(secret).strip())
    if private or public:
        return by_keys(domain, read_key(private) if private else None, read_key(public) if public else None)
    return checked(domain)
