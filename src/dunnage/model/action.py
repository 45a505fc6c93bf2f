"""An action result: exit code (always 0: failures are not kept), streams, outputs, and what they are bound to."""

from dataclasses import dataclass
from typing import Final

from dunnage.model.digest import Digest

LISTED: Final = "listed "
"""What the kind of an output begins with that only the compiler could name; its file name follows."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An output as it is kept. `kind` finds today's path: among the unit's outputs, or in its listed directory."""

    kind: str
    digest: Digest
    size: int
    executable: bool

    @property
    def listed_name(self) -> str | None:
        """The file name of what only the compiler could name; None for an output that was expected."""
        return self.kind.removeprefix(LISTED) if self.kind.startswith(LISTED) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionResult:
    """What one run of a unit made.

    `dep_info`, `stdout` and `stderr` are templates: places are written as marks (`keys.roots`), filled in on restore.
    """

    outputs: tuple[StoredFile, ...]
    dep_info: bytes
    stdout: bytes
    stderr: bytes
    bound: tuple[tuple[str, str], ...]
    """(`root:<name>`, place) and (`display`, look): this result is only right where these are the same."""
    compile_us: int
    """Wall time of the compiler."""
    created_s: int
    unit_name: str
