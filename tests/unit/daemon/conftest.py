"""A running daemon for each test that wants one."""

from collections.abc import Iterator

import pytest

from support.running import Running


@pytest.fixture
def running() -> Iterator[Running]:
    """A daemon, started; the tests' end stops it."""
    daemon = Running()
    yield daemon
    daemon.close()
