"""Golden texts: what a person sees, kept in `tests/golden/` and compared letter by letter.

`UPDATE_GOLDEN=1` writes them anew; the diff of the commit is then what somebody has to read.
"""

import os
from pathlib import Path

GOLDEN = Path(__file__).parent.parent / "golden"


def assert_golden(text: str, name: str) -> None:
    """Compare `text` with `tests/golden/<name>`."""
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"{path} does not exist; UPDATE_GOLDEN=1 writes it"
    assert text == path.read_text(encoding="utf-8"), f"{path} differs; UPDATE_GOLDEN=1 writes it anew"
