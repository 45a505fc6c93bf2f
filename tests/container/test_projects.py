"""ripgrep on the host, in docker as root and as a uid that nobody knows, and under cross; hyperfine in podman; and,
where there is time for it, cargo-nextest under cross.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from support import images, podman, projects
from support.builds import Built, Counts, differences, site
from support.stages import NOT_STORED, check_hits
from support.tools import Container, Cross, Host, Tool

pytestmark = pytest.mark.timeout(
    10800
)  # the first may have to make an image and to build cross; one is large

STRANGER = "4321:4321"

UNCACHED: set[str] = set()
"""Reasons why a unit of these projects is left to the compiler: there is none."""

PLACES: dict[str, Callable[[], tuple[projects.Project, Tool]]] = {
    "host": lambda: (projects.ripgrep(), Host()),
    "docker": lambda: (projects.ripgrep(), Container(images.bookworm())),
    "docker-stranger": lambda: (
        projects.ripgrep(),
        Container(images.bookworm(), options=("--user", STRANGER)),
    ),
    "cross": lambda: (projects.ripgrep(), Cross(images.bookworm())),
    "cross-nextest": lambda: (projects.nextest(), Cross(images.bookworm())),
    "podman": lambda: (
        projects.hyperfine(),
        Container(podman.image(images.bookworm()), engine="podman"),
    ),
}


@dataclass(frozen=True, slots=True)
class Story:
    """The same sources at the same place, built in turn; the target directory is wiped before each but the last."""

    plain: Built
    cold: Built
    cold_counts: Counts
    warm: Built
    warm_counts: Counts
    again: Built


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("host", marks=pytest.mark.slow),
        pytest.param("docker", marks=pytest.mark.docker),
        pytest.param("docker-stranger", marks=pytest.mark.docker),
        pytest.param("cross", marks=pytest.mark.cross),
        pytest.param("cross-nextest", marks=[pytest.mark.cross, pytest.mark.large]),
        pytest.param("podman", marks=[pytest.mark.docker, pytest.mark.podman]),
    ],
)
def story(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    project, tool = PLACES[request.param]()
    with site(tmp_path_factory.mktemp(request.param), project) as here:
        plain = here.build(tool, cache=False)
        here.wipe()
        cold = here.build(tool)
        cold_counts = here.counts()
        here.wipe()
        warm = here.build(tool)
        warm_counts = here.counts()
        again = here.build(tool)
        yield Story(plain, cold, cold_counts, warm, warm_counts, again)


def test_every_build_succeeds(story: Story) -> None:
    for built in (story.plain, story.cold, story.warm, story.again):
        built.ran.succeeded()
        assert "dunnage: " not in built.ran.stderr


def test_every_cacheable_unit_hits(story: Story) -> None:
    cold, warm = story.cold_counts.all["reasons"], story.warm_counts.all["reasons"]
    assert set(cold["miss"]) <= {"new", *NOT_STORED}, story.cold.ran
    assert cold["miss"]["new"] > 20
    assert set(warm["hit"]) == {"local"}
    check_hits(story.cold_counts, story.warm_counts)
    assert warm["miss"] == {reason: n for reason, n in cold["miss"].items() if reason in NOT_STORED}
    assert warm["uncacheable"] == cold["uncacheable"]
    assert set(warm["uncacheable"]) == UNCACHED
    assert cold["hit"] == cold["fallback"] == warm["fallback"] == {}
    assert story.warm_counts.all["time_saved_s"] > 0


def test_outputs_are_those_of_a_build_without_dunnage(story: Story) -> None:
    assert len(story.plain.files) > 100
    assert differences(story.plain.files, story.cold.files) == []
    assert differences(story.plain.files, story.warm.files) == []


def test_cargo_says_the_same(story: Story) -> None:
    assert sorted(story.warm.compiled) == sorted(story.plain.compiled)


def test_a_second_build_compiles_nothing(story: Story) -> None:
    assert story.again.compiled == []
    assert "Finished" in story.again.ran.stderr
