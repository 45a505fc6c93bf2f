"""An action result: exit code (always 0: failures are not kept), streams, outputs, and what they are bound to."""

from dataclasses import dataclass

from dunnage.model.digest import Digest


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An output as it is kept. `kind` finds today's path among the unit's outputs."""

    kind: str
    digest: Digest
    size: int
    executable: bool


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
