"""From the settings to the tiers of a daemon. A remote that cannot be used is a sentence for a person, not an end."""

import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from dunnage.config.settings import Settings
from dunnage.config.trust import may_write
from dunnage.engine.tiers import Tier, Tiers
from dunnage.errors import ConfigError, DunnageError, RemoteError
from dunnage.remote.guard import Guard
from dunnage.remote.registry import open_backend
from dunnage.remote.sealing import Seal, by_keys, by_secret, checked, read_key
from dunnage.remote.url import RemoteUrl

log = logging.getLogger(__name__)


def open_tiers(settings: Settings, environ: Mapping[str, str]) -> tuple[Tiers, list[DunnageError]]:
    """The tiers that can be used, and what is wrong with the others. No remote is asked anything yet."""
    urls = settings.remotes.split()
    if not urls:
        return (), []
    try:
        seal = _seal(settings)
    except ConfigError as error:
        return (), [error]
    tiers, problems = [], []
    for url in urls:
        try:
            remote = Guard(str(RemoteUrl.parse(url)), open_backend(url, environ))
        except DunnageError as error:
            problems.append(error)
            continue
        writes, why = _writes(settings, environ, seal)
        writes = writes and not remote.traits.read_only
        log.info("%s is read%s: %s", remote.name, " and written" if writes else " only", why)
        tiers.append(Tier(remote, seal, writes, settings.trust_domain))
    return tiers, problems


def check(tiers: Tiers) -> list[DunnageError]:
    """What a person should know of remotes that cannot be reached, or do not let us in; all are asked at once."""
    if not tiers:
        return []
    with ThreadPoolExecutor(len(tiers), "check") as pool:
        return [error for error in pool.map(_checked, tiers) if error is not None]


def _checked(tier: Tier) -> DunnageError | None:
    try:
        tier.remote.check()
    except RemoteError as error:
        return type(error)(f"{tier.name}: {error.message}", hint=error.advice)
    except Exception as error:
        log.exception("%s could not be checked", tier.name)
        return RemoteError(f"The remote {tier.name} could not be checked: {error!r}.")
    return None


def _writes(settings: Settings, environ: Mapping[str, str], seal: Seal) -> tuple[bool, str]:
    if seal.tag is None:
        return False, "there is no key to seal with"
    if settings.remote_write == "auto":
        return may_write(environ)
    return settings.remote_write == "on", f"remote_write is {settings.remote_write}"


def _seal(settings: Settings) -> Seal:
    """ConfigError: a key cannot be read or used, or there are keys of two kinds."""
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
