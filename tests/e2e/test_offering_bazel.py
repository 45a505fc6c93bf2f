"""Real Bazel hits through the daemon: over its port and its socket, through its remote on another machine.

One Bazel for all tests, which forgets everything in between: its server takes longer to start than the project takes
to be built.
"""

import json
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from dunnage.config.clients import client_dir, host_arch
from support.bazel import Bazel, Built, shown
from support.bazel import bazel as bazel_at
from support.builds import Site, differences, site
from support.daemons import stop_daemons
from support.offering import offered, socket_of
from support.ports import free_port
from support.require import require
from support.running import until

FEWEST = 12
"""Actions of the project that a cache can have, at least: how many one link is made of is Bazel's own affair."""


@pytest.fixture(scope="module")
def one_bazel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bazel]:
    require("bazel")
    require("g++")
    made = bazel_at(tmp_path_factory.mktemp("bazel"))
    yield made
    made.close()


@pytest.fixture
def bazel(one_bazel: Bazel) -> Bazel:
    return one_bazel.cleaned()


@pytest.fixture
def here(bazel: Bazel, tmp_path: Path) -> Iterator[Site]:
    """A machine that offers its cache."""
    with site(tmp_path / "first", bazel.project) as made:
        yield made.with_env(DUNNAGE_OFFER=f"127.0.0.1:{free_port()} containers")


def by_port(here: Site, name: str = "bazel") -> tuple[str, str]:
    """Options for Bazel."""
    url, token = offered(here)
    return f"--remote_cache={url}/{name}", shown(token)


def by_socket(here: Site) -> tuple[str, ...]:
    _, token = offered(here)
    return "--remote_cache=http://localhost/bazel", shown(token), f"--remote_proxy=unix:{socket_of(here)}"


def hits_all(warm: Built, cold: Built) -> None:
    """Whether nothing was run a second time, and everything is there again."""
    assert (cold.hits, cold.executed >= FEWEST) == (0, True)
    assert (warm.hits, warm.executed) == (cold.executed, 0)
    assert not differences(warm.files, cold.files)
    assert "spoken aloud" in warm.said


def test_it_hits_here_and_on_another_machine(bazel: Bazel, here: Site, tmp_path: Path) -> None:
    (tmp_path / "remote").mkdir()
    (tmp_path / "second.toml").touch()
    here = here.with_env(DUNNAGE_REMOTES=f"file://{tmp_path}/remote", DUNNAGE_REMOTE_WRITE="on")
    there = replace(here, dunnage=tmp_path / "second")
    try:
        cold = bazel.build(*by_port(here))
        hits_all(bazel.anew().build(*by_port(here)), cold)
        here.dunnage_says("stop")
        hits_all(bazel.cleaned().build(*by_port(there)), cold)
    finally:
        stop_daemons(there.dunnage)


def test_it_hits_behind_the_forwarder(bazel: Bazel, here: Site) -> None:
    """As in a container without a network. The token is the password of the URL."""
    _, token = offered(here)
    port = str(free_port())
    forward = str(client_dir(host_arch()) / "dunnage-forward")
    bazel = bazel.behind(forward, "--port", port, "--socket", socket_of(here), "--")
    cache = f"--remote_cache=http://anybody:{token}@127.0.0.1:{port}/bazel"
    cold = bazel.build(cache)
    hits_all(bazel.cleaned().build(cache), cold)


def test_read_only(bazel: Bazel, here: Site) -> None:
    cold = bazel.build(*by_port(here))
    here.dunnage_says("stop")
    here = here.with_env(DUNNAGE_OFFER_WRITE="off")
    hits_all(bazel.cleaned().build(*by_port(here)), cold)
    refused = bazel.cleaned().build(*by_port(here, "new"))
    assert (refused.hits, refused.executed) == (0, cold.executed)
    assert "403 Forbidden" in refused.said
    silent = bazel.cleaned().build(*by_port(here, "new"), "--remote_upload_local_results=false")
    assert (silent.hits, silent.executed) == (0, cold.executed)
    assert "403" not in silent.said
    assert "WARNING: Writing" not in silent.said


@pytest.mark.parametrize("trouble", ["a wrong token", "nobody listens"])
def test_builds_go_on(bazel: Bazel, here: Site, trouble: str) -> None:
    cache, header = by_port(here)
    cold = bazel.build(cache, header)
    if trouble == "nobody listens":
        here.dunnage_says("stop")
    else:
        header += "!"
    built = bazel.cleaned().build(cache, header)
    assert (built.hits, built.executed) == (0, cold.executed)
    assert ("Connection refused" if trouble == "nobody listens" else "401 Unauthorized") in built.said


def test_outputs_that_are_lost_are_made_again(bazel: Bazel, here: Site) -> None:
    """What was done is still known, what came of it is not: trimmed, for one."""
    cold = bazel.build(*by_port(here))
    lost = [path for path in here.dunnage.rglob("blobs/**/*") if path.is_file() and is_program(path)]
    assert lost
    for path in lost:
        path.unlink()
    mended = bazel.cleaned().build(*by_port(here))
    assert 0 < mended.executed < cold.executed == mended.executed + mended.hits
    hits_all(bazel.cleaned().build(*by_port(here)), cold)


def is_program(path: Path) -> bool:
    return path.read_bytes().startswith(b"\x7fELF")


def stop(here: Site) -> None:
    here.dunnage_says("stop")


def kill(here: Site) -> None:
    os.kill(json.loads(here.dunnage_says("status", "--json").stdout)["pid"], signal.SIGKILL)


@pytest.mark.parametrize("end", [stop, kill])
def test_a_daemon_that_goes_in_the_middle(bazel: Bazel, here: Site, end: Callable[[Site], None]) -> None:
    """The first action is a hit, then the daemon goes, while the second one runs."""
    options = by_port(here)
    cold = halfway(bazel, options, lambda: None)
    assert (cold.hits, cold.executed) == (0, 3)
    built = halfway(bazel.cleaned(), options, partial(end, here))
    assert (built.hits, built.executed) == (1, 2)
    assert not differences(built.files, cold.files)
    assert "Connection refused" in built.said


def halfway(bazel: Bazel, options: tuple[str, ...], then: Callable[[], None]) -> Built:
    """A build of `//halfway`, and something to be done while its second action waits at the gate."""
    gates: list[int] = []

    def is_waited_at() -> bool:
        try:
            gates.append(os.open(bazel.gate, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:  # nobody reads
            return False
        return True

    with ThreadPoolExecutor(1) as pool:
        built = pool.submit(bazel.build, *options, command="build", target="//halfway:all")
        try:
            assert until(lambda: built.done() or is_waited_at())
            then()
        finally:
            for gate in gates:
                os.close(gate)
        return built.result()


def test_it_hits_over_the_socket(bazel: Bazel, here: Site) -> None:
    """Last, for this Bazel has a server of its own."""
    require("debian sources")
    require("gcc")
    bazel = bazel.with_unix_sockets()
    cold = bazel.build(*by_socket(here))
    hits_all(bazel.cleaned().build(*by_socket(here)), cold)
