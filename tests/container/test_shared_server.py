"""The failure that dunnage exists for: a cache whose server runs rustc where the container's files are not.

An image with `ENV RUSTC_WRAPPER=/usr/bin/sccache`, `--network host`, and an sccache server on the host at its default
port: the client in the container reaches the server on the host, which runs rustc there, where `/target` does not
exist.
"""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import images, projects
from support.builds import Site, site
from support.commands import run
from support.tools import Container, Cross, Layout, Tool

SCCACHE_PORT = 4226


@pytest.fixture(scope="module")
def host_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An sccache server on the host, on the port where every sccache looks."""
    with socket.socket() as probe:
        probe.settimeout(1)
        assert probe.connect_ex(("127.0.0.1", SCCACHE_PORT)) != 0, "an sccache server is running here already"
    program = images.sccache()
    env = {name: value for name, value in os.environ.items() if not name.startswith("SCCACHE_")}
    env |= {"SCCACHE_DIR": str(tmp_path_factory.mktemp("sccache")), "SCCACHE_IDLE_TIMEOUT": "0"}
    run([program, "--start-server"], env=env).succeeded()
    yield
    run([program, "--stop-server"], env=env).succeeded()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path / "site", projects.small(tmp_path / "site" / "project")) as made:
        yield made


def fails_plainly_and_hits_with_dunnage(here: Site, tool: Tool) -> str:
    """What the plain build said. Builds once more with dunnage, and once warm."""
    plain = here.build(tool, cache=False)
    assert plain.ran.returncode != 0
    for hits, misses in ((0, projects.SMALL_UNITS), (projects.SMALL_UNITS, 0)):
        here.wipe()
        here.build(tool).ran.succeeded()
        counts = here.counts()
        assert (counts.hits, counts.misses, counts.fallbacks) == (hits, misses, 0)
    return plain.ran.stderr


@pytest.mark.cross
@pytest.mark.usefixtures("host_server")
def test_under_cross_025(here: Site) -> None:
    fails_plainly_and_hits_with_dunnage(here, Cross(images.with_sccache(), options="--network host"))


@pytest.mark.docker
@pytest.mark.usefixtures("host_server")
def test_with_the_mounts_of_cross_main_it_is_that_very_message(here: Site) -> None:
    tool = Container(images.with_sccache(), layout=Layout.CROSS_MAIN, options=("--network", "host"))
    said = fails_plainly_and_hits_with_dunnage(here, tool)
    assert "error writing dependencies to `/target/debug/deps/small-" in said
    assert "No such file or directory" in said
