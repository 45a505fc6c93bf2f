"""What was seen of the peers, as it is kept: the versions, the day, and a verdict for each case and peer."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from support.battery import inputs, outputs, scripts
from support.battery.case import Case

PATH = Path(__file__).resolve().parents[2] / "battery" / "peers.json"

CASES: list[Case] = [*inputs.CASES, *outputs.CASES, *scripts.CASES]
"""All of them, in the order of the lines."""


@dataclass(frozen=True, slots=True)
class Record:
    """One run of the peers through the battery."""

    recorded: str
    """The day, and with which compiler."""
    rustc: str
    versions: Mapping[str, str]
    seen: Mapping[str, Mapping[str, str]]
    """Case → peer → `right`, `stale`, `lost` or `error`."""

    @classmethod
    def load(cls, path: Path = PATH) -> "Record":
        """Read it."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def save(self, path: Path = PATH) -> None:
        """Write it, so that a difference is one line."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
