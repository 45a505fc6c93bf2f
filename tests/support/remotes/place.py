"""A place that backends can be opened at: what the conformance suite is run over."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from dunnage.remote.contract import Backend
from dunnage.remote.memory import MemoryBackend

Opener = Callable[[], Backend]
"""Opens the place once more: as another machine would."""


@dataclass(frozen=True, slots=True)
class Place:
    """One kind of remote with a server of its own behind it."""

    name: str
    started: Callable[[Path], AbstractContextManager[Opener]]
    """Starts the server, with room in a directory of its own; stops it at the end."""
    crowds: bool = True
    """Whether several machines may write at the same moment without a loss."""


@contextmanager
def memory(_: Path) -> Iterator[Opener]:
    """One dictionary for all."""
    backend = MemoryBackend()
    yield lambda: backend
