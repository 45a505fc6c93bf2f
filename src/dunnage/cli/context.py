"""What commands begin with: the places, the settings, a daemon that answers."""

import os
from typing import TYPE_CHECKING, Any

from dunnage.config.places import Places

if TYPE_CHECKING:  # nothing that `stats` and `status` do needs a setting
    from dunnage.config.settings import Settings


def places() -> Places:
    """The places of this process's environment."""
    return Places.find(os.environ)


def settings() -> "Settings":
    """The settings for this process's directory and environment. Raises ConfigError."""
    from dunnage.config.settings import load

    try:
        cwd = os.getcwd()
    except OSError:  # somebody removed it; the command itself will say so if it minds
        cwd = "/"
    return load(cwd, os.environ)


def ask(op: str, **args: bool | int | str | None) -> dict[str, Any]:
    """The answer of the daemon, which is started if none runs: it alone opens the store. Raises DaemonError.

    One that runs is asked straight away: that saves the settings, and the greeting that `ensure` makes.
    """
    from dunnage.daemon import control
    from dunnage.errors import NotRunning

    here = places()
    try:
        return control.request(here, op, **args)
    except NotRunning:
        from dunnage.daemon import launch

        launch.ensure(settings(), here)
        return control.request(here, op, **args)
