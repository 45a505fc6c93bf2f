"""The wheel's build hook: no wheel without clients.

The clients come from `tools/build_client.py` and are git-ignored, so a wheel built from a fresh checkout would be
empty-handed without anybody noticing. An editable install needs none: `make native` builds them in place.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ClientsHook(BuildHookInterface[Any]):
    """Refuses to pack a wheel that could not serve any container."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Check that the clients are there."""
        if version == "editable":
            return
        clients = sorted((Path(self.root) / "src" / "dunnage" / "clients").glob("*/dunnage"))
        if not clients:
            raise RuntimeError("No client has been built: run `make native-all` before the wheel is packed.")
        for beside in ("observe.so", "dunnage-forward"):
            alone = [path.parent.name for path in clients if not path.with_name(beside).exists()]
            if alone:
                raise RuntimeError(f"No {beside} for {', '.join(alone)}: run `make native-all`.")
        self.app.display_info("clients: " + " ".join(path.parent.name for path in clients))
