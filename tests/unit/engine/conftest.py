"""A store and an engine for each test."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dunnage.engine.engine import Engine
from dunnage.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    opened = Store.open(str(tmp_path / "store"), size_bytes_max=10**9, clock=time.time)
    yield opened
    opened.close()


@pytest.fixture
def engine(store: Store) -> Engine:
    """An engine over it."""
    return Engine(store)
