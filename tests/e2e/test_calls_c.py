"""How builds of C come to call the client: the second build compiles nothing, and nobody sees a difference."""

import os
import sysconfig
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from support.battery.scripts import scripted
from support.builds import BUILD, Site, dunnage_words, site
from support.c_project import (
    AUTOTOOLS,
    CMAKE_MAKE,
    CMAKE_NINJA,
    MAKE,
    MESON,
    SOURCES,
    Way,
    built,
    written,
)
from support.commands import run
from support.mixed import write
from support.require import require
from support.tools import Host


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path, written(tmp_path / "project")) as place:
        yield place.with_env(CCACHE_DISABLE="1")  # meson takes a ccache that it finds


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


@pytest.mark.parametrize("way", [MAKE, AUTOTOOLS, MESON, CMAKE_NINJA, CMAKE_MAKE], ids=lambda way: way.name)
def test_masquerading(here: Site, way: Way) -> None:
    """CMake has the launcher as well: it is asked once all the same."""
    assert_second_hits(here, way, "--masquerade")


@pytest.fixture
def with_commands(here: Site) -> Site:
    """Where `dunnage` and `dunnage-cc` are in PATH, as they are for who installed them."""
    return here.with_env(PATH=f"{sysconfig.get_path('scripts')}:{os.environ['PATH']}")


@pytest.mark.parametrize("client", ["$DUNNAGE_CLIENT", "dunnage-cc"])
def test_by_hand(with_commands: Site, client: str) -> None:
    """The shell that `dunnage run` starts knows the client's name, and any shell that of `dunnage-cc`."""
    build = ("sh", "-c", f'exec make -f../Makefile.plain CC="{client} gcc" CXX="{client} g++"')
    assert_second_hits(with_commands, replace(MAKE, build=build))


CONFIGURE = """\
#!/bin/sh
# As many are: it tries the compiler that it is told, and writes it down.
set -e
for compiler in "$CC" "$CXX"; do
    echo 'int main(void) { return 0; }' >conftest.c
    $compiler -c conftest.c -o conftest.o
    $compiler conftest.o -o conftest
    ./conftest
done
rm -f conftest*
sed -e "s|^CC = .*|CC = $CC|" -e "s|^CXX = .*|CXX = $CXX|" "$(dirname "$0")/Makefile.plain" >Makefile
"""
BY_HAND = ("CC=dunnage-cc gcc", "CXX=dunnage-cc g++")


def configured(here: Site, way: Way) -> Way:
    """The same with the compilers named for its configure script."""
    script = here.directories.source / "configure.plain"
    script.write_text(CONFIGURE)
    script.chmod(0o755)
    *before, configure = way.ready or (("../configure.plain",),)
    return replace(way, ready=(*before, ("env", *BY_HAND, *configure)), build=("make",))


@pytest.mark.parametrize("way", [MAKE, AUTOTOOLS, CMAKE_MAKE], ids=lambda way: way.name)
def test_by_hand_for_a_configure_script(with_commands: Site, way: Way) -> None:
    """What it tries is cached, too; CMake has its launcher in front of that."""
    assert_second_hits(with_commands, configured(with_commands, way))


def test_what_was_configured_by_hand_builds_without_the_cache(with_commands: Site) -> None:
    """`make` on another day, with nothing switched on."""
    _, counts = built(with_commands, configured(with_commands, MAKE), ())
    assert counts is not None
    assert counts.compiled("c") == (0, len(SOURCES))
    directory = with_commands.directories.source / "build"
    assert "dunnage-cc gcc" in (directory / "Makefile").read_text()
    for words in (["rm", "main.o"], ["make"]):
        run(words, env=with_commands.environ, cwd=directory).succeeded()
    assert with_commands.counts().all["outcomes"]["hit"] == 0


def test_what_cargo_builds_below_masquerading_has_the_same_keys(tmp_path: Path) -> None:
    """Its linker and its build script are found and keyed as without: everything hits."""
    with site(tmp_path, tmp_path / "project") as here:
        write(here.directories.source, scripted("String::new()"))
        here.build(Host()).ran.succeeded()
        assert here.counts().misses > 0
        here.wipe()
        argv = dunnage_words("run", "--masquerade", "--", "cargo", *BUILD)
        run(
            argv, env=here.environ | dict(Host().env(here.directories)), cwd=here.directories.source
        ).succeeded()
        counts = here.counts()
        assert counts.hits > 0
        assert (counts.misses, counts.uncacheable, counts.fallbacks) == (0, {}, 0)
