"""Whether a client, by its environment, wants runs of build scripts replayed."""

from collections.abc import Mapping

from dunnage.config.schema import BY_NAME
from dunnage.config.values import is_on


def is_replayed(env: Mapping[str, str]) -> bool:
    """Whether they are to be replayed, and may be observed for it."""
    return all(is_on(env.get(BY_NAME[name].env, "on")) for name in ("replay", "observe"))
