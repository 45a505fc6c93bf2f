"""Subjects for tests of the engine's parts: a unit on disk, examined by hand, with no compiler behind it."""

from pathlib import Path
from typing import Any

from dunnage.engine.subject import Subject
from dunnage.keys.roots import roots_of
from dunnage.keys.toolchain import Toolchain
from dunnage.model.digest import ToolchainId
from dunnage.model.view import Run
from support.units import record_at, unit_of

TOOLCHAIN = Toolchain(ToolchainId(b"t" * 32), "/toolchain", "host", watched=(), records=())


def written(path: Path, text: str | bytes) -> Path:
    """Write a file, its directories too."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def subject_of(directory: Path, *, env: dict[str, str] | None = None, **changes: Any) -> Subject:
    """A unit in a directory, its inputs statted as `examine` does it."""
    unit = unit_of(str(directory), **changes)
    roots = roots_of(unit, sysroot=TOOLCHAIN.sysroot, env={})
    return Subject(
        unit=unit,
        env=env or {},
        toolchain=TOOLCHAIN,
        roots=roots,
        inputs=unit.inputs,
        records={item.path: record_at(item.path) for item in unit.inputs},
    )


def make_outputs(subject: Subject, dep_info: str, **contents: bytes) -> None:
    """Write what a compiler would have made: dep-info, and for each other output its kind or what is given."""
    for output in subject.unit.outputs:
        data = (
            dep_info.encode()
            if output.kind == "dep-info"
            else contents.get(output.kind, output.kind.encode())
        )
        written(Path(output.path), data)


def ended(**changes: Any) -> Run:
    """A compiler that ended well, and began after everything that is there now."""
    fields: dict[str, Any] = {"code": 0, "signal": 0, "stdout": b"", "stderr": b""}
    fields |= {"started_ns": 1 << 62, "wall_us": 5, "cpu_us": 5}
    return Run(**(fields | changes))
