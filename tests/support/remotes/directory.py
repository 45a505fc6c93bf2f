"""A directory that two machines see."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dunnage.remote.registry import open_backend
from support.remotes.place import Opener


@contextmanager
def directory(base: Path) -> Iterator[Opener]:
    """A directory of this machine: what NFS does otherwise is in `tests/unit/remote/test_directory.py`."""
    yield lambda: open_backend(f"file://{base}", {})
