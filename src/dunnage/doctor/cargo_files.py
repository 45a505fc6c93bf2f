"""What cargo's configuration files say: those from the current directory upwards, then that of cargo home."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dunnage.doctor.patient import Patient


def configurations(patient: Patient) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Each file that is there and can be read, the one that wins first. cargo itself complains about others."""
    here = Path(os.path.abspath(patient.cwd))
    home = patient.environ.get("CARGO_HOME") or os.path.join(patient.environ.get("HOME", "/"), ".cargo")
    seen = set()
    for directory in (*(parent / ".cargo" for parent in (here, *here.parents)), Path(home)):
        # Where both are there, cargo takes the one without a suffix.
        path = next(
            (path for name in ("config", "config.toml") if (path := directory / name).is_file()), None
        )
        if path is None or path in seen:
            continue
        seen.add(path)
        try:
            yield path, tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue


def setting(patient: Patient, name: str) -> tuple[Path, Any] | None:
    """The value of `build.<name>`, and which file says so; None where none does."""
    for path, document in configurations(patient):
        build = document.get("build")
        if isinstance(build, dict) and name in build:
            return path, build[name]
    return None
