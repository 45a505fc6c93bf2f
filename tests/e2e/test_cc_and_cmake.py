"""The `cc` crate, old and newest, and the `cmake` crate, as cargo's users have them: through RUSTC_WRAPPER."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.builds import Built, Site, differences, site
from support.c_packages import CC_NEW, CC_OLD, SAYS, SOURCES, by_cc, by_cmake, made
from support.commands import run
from support.require import require
from support.tools import Host


@pytest.fixture(params=[CC_OLD, CC_NEW])
def by_the_cc_crate(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    source, home = by_cc(tmp_path / "project", request.param)
    with site(tmp_path, source, cargo_home=home) as here:
        yield here


@pytest.fixture
def by_the_cmake_crate(tmp_path: Path) -> Iterator[Site]:
    require("cmake")
    require("make")
    source, home = by_cmake(tmp_path / "project")
    with site(tmp_path, source, cargo_home=home) as here:
        yield here


def test_the_cc_crate_calls_the_client(by_the_cc_crate: Site) -> None:
    """Where runs of build scripts are not replayed, each C file comes out of the cache."""
    here = by_the_cc_crate.with_env(DUNNAGE_REPLAY="0")
    plain = built(here, cache=False)
    cold, first = built(here), here.counts()
    warm, second = built(here), here.counts()
    assert (first.compiled("c"), second.compiled("c")) == ((0, len(SOURCES)), (len(SOURCES), 0))
    assert (second.misses, second.fallbacks) == (0, 0)
    assert differences(plain.files, cold.files) == []
    assert differences(plain.files, warm.files) == []


def test_a_run_that_calls_the_cc_crate_is_replayed(by_the_cc_crate: Site) -> None:
    """Then nobody asks for C at all."""
    here = by_the_cc_crate
    plain = built(here, cache=False)
    cold, first = built(here), here.counts()
    warm, second = built(here), here.counts()
    assert first.compiled("c") == (0, len(SOURCES))
    assert second.compiled("c") == (0, 0)
    assert second.all["languages"]["build script"] == {"hit": 1, "miss": 0, "uncacheable": 0, "fallback": 0}
    assert (second.misses, second.fallbacks, second.uncacheable) == (0, 0, {})
    assert differences(plain.files, cold.files) == []
    assert differences(plain.files, warm.files) == []


@pytest.mark.parametrize("replay", ["0", "1"])
def test_the_cmake_crate(by_the_cmake_crate: Site, replay: str) -> None:
    """What CMake tries out links, or says `-v`; whatever the project itself compiles hits. Its run is not replayed."""
    here = by_the_cmake_crate.with_env(DUNNAGE_REPLAY=replay)
    plain = made(built(here, cache=False))
    cold, first = made(built(here)), here.counts()
    warm, second = made(built(here)), here.counts()
    c = second.all["languages"]["c"]
    assert (c["hit"], c["miss"], c["fallback"]) == (first.all["languages"]["c"]["miss"], 0, 0)
    assert c["hit"] >= len(SOURCES)
    assert c["uncacheable"] == sum(second.uncacheable.values()) > 0, second.all["reasons"]
    assert plain == cold == warm
    assert sum(name.endswith(".o") for name in plain) >= len(SOURCES)


def built(here: Site, *, cache: bool = True) -> Built:
    """Build into an empty target directory, and run what was built."""
    here.wipe()
    made = here.build(Host(), cache=cache)
    made.ran.succeeded()
    assert run([here.directories.target / "debug/compiles"]).succeeded().stdout.strip() == SAYS
    return made
