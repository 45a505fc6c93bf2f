"""One fake of GitHub's cache for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.remotes.gha_service import GhaService, gha_service


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[GhaService]:
    with gha_service(tmp_path / "storage") as service:
        yield service
