"""A stage for the client: every test runs on this machine, under the sanitizers, and on each foreign architecture."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.fake_daemon import FakeDaemon
from support.native import QEMU, Client, Stage, client_of

FLAVOURS = ["host", "asan", *(pytest.param(arch, marks=pytest.mark.qemu) for arch in QEMU)]


@pytest.fixture(params=FLAVOURS)
def client(request: pytest.FixtureRequest) -> Client:
    """The client, in one shape after the other."""
    return client_of(request.param)


@pytest.fixture
def stage(client: Client, tmp_path: Path) -> Iterator[Stage]:
    """Where a client is called: its environment names the daemon's socket."""
    yield from _stage(client, tmp_path)


@pytest.fixture
def host_stage(tmp_path: Path) -> Iterator[Stage]:
    """The same for this machine's client only."""
    yield from _stage(client_of("host"), tmp_path)


@pytest.fixture
def small_stage(tmp_path: Path) -> Iterator[Stage]:
    """The same for a client with small bounds."""
    yield from _stage(client_of("small-bounds"), tmp_path)


def _stage(client: Client, tmp_path: Path) -> Iterator[Stage]:
    directory = tmp_path / "stage"
    directory.mkdir()
    daemon = FakeDaemon(tmp_path / "sock")
    stage = Stage(client, directory, daemon, {"PATH": os.environ["PATH"], "DUNNAGE_SOCKET": str(daemon.path)})
    yield stage
    stage.close()
