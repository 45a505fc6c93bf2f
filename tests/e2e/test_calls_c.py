"""How builds of C come to call the client: the second build compiles nothing, and nobody sees a difference."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.battery.scripts import scripted
from support.builds import Site, site
from support.c_project import CMAKE_MAKE, CMAKE_NINJA, SOURCES, Way, built, written
from support.commands import run
from support.mixed import write
from support.require import require
from support.tools import Host


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path, written(tmp_path / "project")) as place:
        yield place


def assert_second_hits(here: Site, way: Way, *options: str, **env: str) -> None:
    """Plain, cold, warm: one object each for all three, and as many hits in the end as there are sources."""
    for part in ("gcc", "g++", *way.needs):
        require(part)
    plain, _ = built(here, way, None)
    cold, first = built(here, way, options, **env)
    warm, second = built(here, way, options, **env)
    assert first is not None
    assert second is not None
    assert (first.compiled("c"), second.compiled("c")) == ((0, len(SOURCES)), (len(SOURCES), 0))
    assert len(plain) == len(SOURCES)
    assert plain == cold == warm


@pytest.mark.parametrize("way", [CMAKE_NINJA, CMAKE_MAKE], ids=lambda way: way.name)
def test_cmake_is_told_by_the_environment(here: Site, way: Way) -> None:
    assert_second_hits(here, way)


def test_a_build_directory_of_cmakes_outlives_us(here: Site) -> None:
    """What was made ready with the cache on still builds without it: no place of ours stands in it."""
    require("cmake")
    require("ninja")
    built(here, CMAKE_NINJA, ())
    directory = here.directories.source / "build"
    assert "sccache" not in (directory / "build.ninja").read_text()
    assert "sccache" not in (directory / "CMakeCache.txt").read_text()
    for words in (["ninja", "clean"], ["ninja"]):
        run(words, env=here.environ, cwd=directory).succeeded()


CALLS_CMAKE = """
    let generate = ["-S", "c", "-B", &out, "-GNinja"];
    assert!(Command::new("cmake").args(generate).stdout(std::process::Stdio::null()).status().unwrap().success());
    let build = ["--build", &out];
    assert!(Command::new("cmake").args(build).stdout(std::process::Stdio::null()).status().unwrap().success());
    String::new()
"""


@pytest.fixture
def scripted_here(tmp_path: Path) -> Iterator[Site]:
    project = written(tmp_path / "project" / "c").parent
    write(project, scripted(CALLS_CMAKE))
    with site(tmp_path, project) as place:
        yield place


@pytest.mark.parametrize("replay", ["0", ""])
def test_cmake_in_a_build_script(scripted_here: Site, replay: str) -> None:
    """Its compiles are cached, although its run is not: CMake asks for the machine's name."""
    require("cmake")
    require("ninja")
    here = scripted_here.with_env(DUNNAGE_REPLAY=replay)
    assert compiled(here) == (0, len(SOURCES))
    assert compiled(here) == (len(SOURCES), 0)


def compiled(here: Site) -> tuple[int, int]:
    """Hits and misses of C in a build with an empty target directory. CMake's probes are not cached: they have `-v`."""
    here.wipe()
    here.build(Host()).ran.succeeded()
    ended = here.counts().all["languages"]["c"]
    assert ended["fallback"] == 0
    return ended["hit"], ended["miss"]
