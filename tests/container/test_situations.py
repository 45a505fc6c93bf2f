"""What containers are started with, and what stands in them: the warm build hits in each, with docker and podman.

One cold build for each engine fills the store; every situation then wipes the target directory and builds again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from support import images, podman, projects
from support.builds import Site, site
from support.commands import run
from support.tools import Container

SITUATIONS = {
    "as it comes": (),
    "without a network": ("--network", "none"),
    "on the host's network": ("--network", "host"),
    "as a stranger": ("--user", "4321:4321"),
    "read-only": ("--read-only", "--tmpfs", "/tmp"),
    "without any capability": ("--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
}


@dataclass(frozen=True, slots=True)
class Warm:
    """A site whose store knows all of the project's cacheable units."""

    site: Site
    tool: Container
    units: int


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("docker", marks=pytest.mark.docker),
        pytest.param("podman", marks=[pytest.mark.docker, pytest.mark.podman]),
    ],
)
def warm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    base = tmp_path_factory.mktemp(request.param)
    image = images.bookworm()
    tool = Container(podman.image(image) if request.param == "podman" else image, engine=request.param)
    with site(base, projects.small(base / "project")) as here:
        here.build(tool).ran.succeeded()
        counts = here.counts()
        assert (counts.hits, counts.misses) == (0, projects.SMALL_UNITS)
        yield Warm(here, tool, counts.misses)


def all_hit(warm: Warm, tool: Container) -> None:
    """The target directory is wiped, and a build with `tool` finds every unit."""
    warm.site.wipe()
    built = warm.site.build(tool)
    built.ran.succeeded()
    counts = warm.site.counts()
    assert (counts.hits, counts.misses, counts.fallbacks) == (warm.units, 0, 0)
    assert built.compiled == ["small"]
    assert warm.site.build(tool).compiled == []
    warm.site.counts()


@pytest.mark.parametrize("situation", SITUATIONS)
def test_it_hits(warm: Warm, situation: str) -> None:
    all_hit(warm, replace(warm.tool, options=SITUATIONS[situation]))


def test_it_hits_in_a_container_that_was_created_first(warm: Warm) -> None:
    warm.site.wipe()
    at, tool = warm.site.directories, warm.tool
    words = tool.argv(at, ["build", "--offline"])
    assert words[1:3] == ["run", "--rm"]
    env = tool.env(at)
    here = warm.site.with_env(**env)
    made = here.dunnage_says(words[0], "create", *words[3:])
    container = made.stdout.split()[-1]
    try:
        here.dunnage_says(words[0], "start", "--attach", container)
    finally:
        here.dunnage_says(words[0], "rm", "--force", container)
    counts = warm.site.counts()
    assert (counts.hits, counts.misses, counts.fallbacks) == (warm.units, 0, 0)


def test_a_container_outlives_the_daemon_and_finds_the_next_one(warm: Warm) -> None:
    at, tool, here = (
        warm.site.directories,
        warm.tool,
        warm.site.with_env(**warm.tool.env(warm.site.directories)),
    )
    words = tool.argv(at, ["build", "--offline"])
    image_at = words.index(tool.image)
    sleeping = [words[0], "run", "--detach", *words[3:image_at], tool.image, "sleep", "1000"]
    container = here.dunnage_says(*sleeping).stdout.split()[-1]
    build = [words[0], "exec", container, *words[image_at + 1 :]]
    try:
        here.dunnage_says("stop")
        here.wipe()
        without = run(build, env=here.environ).succeeded()
        assert "Compiling small" in without.stderr
        here.dunnage_says("start")
        here.wipe()
        run(build, env=here.environ).succeeded()
    finally:
        here.dunnage_says(words[0], "rm", "--force", container)
    counts = here.counts()
    assert (counts.hits, counts.misses, counts.fallbacks) == (warm.units, 0, 0)


def test_the_users_own_variables_win(warm: Warm) -> None:
    for option in ("-e", "--env"):
        warm.site.wipe()
        built = warm.site.build(replace(warm.tool, options=(option, "RUSTC_WRAPPER=")))
        built.ran.succeeded()
        counts = warm.site.counts()
        assert (counts.hits, counts.misses, counts.fallbacks) == (0, 0, 0)


def test_switching_off_on_the_host_switches_off(warm: Warm) -> None:
    warm.site.wipe()
    warm.site.with_env(DUNNAGE_DISABLE="1").build(warm.tool).ran.succeeded()
    counts = warm.site.counts()
    assert (counts.hits, counts.misses, counts.fallbacks) == (0, 0, 0)
