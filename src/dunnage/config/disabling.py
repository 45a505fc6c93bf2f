"""The one variable that switches everything off, by the client's own rule."""

from collections.abc import Mapping
from typing import Final

DISABLE_VARIABLE: Final = "DUNNAGE_DISABLE"


def is_disabled(environ: Mapping[str, str]) -> bool:
    """Whether DUNNAGE_DISABLE is set: not empty, not `0`."""
    return environ.get(DISABLE_VARIABLE, "") not in {"", "0"}
