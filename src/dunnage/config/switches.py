"""What a client's environment says of switches: one rule for all of them, that of `config.settings`.

Unset and empty are the same here: the default. Who writes `DUNNAGE_REPLAY= cargo build` has not said `off`.
"""

from collections.abc import Mapping

from dunnage.config.schema import BY_NAME
from dunnage.config.values import is_on


def is_switched_on(name: str, env: Mapping[str, str]) -> bool:
    """Whether the setting of that name, one of off and on, is on for this client."""
    row = BY_NAME[name]
    return is_on(env.get(row.env, "").strip() or str(row.default))


def is_replayed(env: Mapping[str, str]) -> bool:
    """Whether runs of build scripts are to be replayed, and may be observed for it."""
    return is_switched_on("replay", env) and is_switched_on("observe", env)
