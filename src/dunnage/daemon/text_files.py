"""Texts about stored results, one file each, in a directory that only the user reads."""

import re
from pathlib import Path
from typing import Final

from dunnage.model.digest import ActionKey

_ODD: Final = re.compile(r"[^A-Za-z0-9._-]+")


def text_file(directory: Path, name: str, action: ActionKey) -> Path:
    """`<unit>-<beginning of the action key>.txt` in a directory, which is made where it is missing. OSError."""
    directory.mkdir(mode=0o700, exist_ok=True)
    return directory / f"{_ODD.sub('-', name)}-{action.hex()[:16]}.txt"


def write_text(file: Path, text: str) -> None:
    """Write one, whatever bytes a name in it had. OSError."""
    file.write_text(text, encoding="utf-8", errors="backslashreplace")
