"""Images that make it hard: no shell, a wrapper of their own that breaks the build, an unknown architecture."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import images, projects
from support.builds import Site, dunnage_words, site
from support.commands import run
from support.tools import Container, Cross, Tool

pytestmark = pytest.mark.docker


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path / "site", projects.small(tmp_path / "site" / "project")) as made:
        yield made


def cold_then_warm(here: Site, tool: Tool) -> None:
    """Build twice with the target directory wiped between: all misses, then all hits."""
    for hits, misses in ((0, projects.SMALL_UNITS), (projects.SMALL_UNITS, 0)):
        here.wipe()
        here.build(tool).ran.succeeded()
        counts = here.counts()
        assert (counts.hits, counts.misses, counts.fallbacks) == (hits, misses, 0)


def test_an_image_without_a_shell(here: Site) -> None:
    image = images.bare()
    assert run(["docker", "run", "--rm", image, "/bin/sh", "-c", "true"]).returncode != 0
    cold_then_warm(here, Container(image))


@pytest.mark.parametrize(
    "tool",
    [
        Container,
        pytest.param(Cross, marks=pytest.mark.cross),
    ],
)
def test_an_image_whose_own_wrapper_is_not_there(here: Site, tool: type[Container] | type[Cross]) -> None:
    made = tool(images.with_missing_wrapper())
    plain = here.build(made, cache=False)
    assert plain.ran.returncode != 0
    assert "could not execute process `sccache" in plain.ran.stderr
    cold_then_warm(here, made)


def test_an_image_whose_own_wrapper_is_sccache(here: Site) -> None:
    tool = Container(images.with_sccache())
    here.build(tool, cache=False).ran.succeeded()
    cold_then_warm(here, tool)


@pytest.mark.parametrize(
    "tool",
    [
        Container,
        pytest.param(Cross, marks=pytest.mark.cross),
    ],
)
def test_a_wrapper_in_the_users_cargo_configuration_that_the_container_lacks(
    here: Site, tool: type[Container] | type[Cross]
) -> None:
    made = tool(images.bookworm())
    host_only = here.directories.cargo_home / "wrapper-of-the-host"
    host_only.write_text('#!/bin/sh\nexec "$@"\n')
    host_only.chmod(0o755)
    config = here.directories.cargo_home / "config.toml"
    config.write_text(f'[build]\nrustc-wrapper = "{host_only}"\n')
    plain = here.build(made, cache=False)
    assert plain.ran.returncode != 0
    assert "could not execute process" in plain.ran.stderr
    cold_then_warm(here, made)


def test_an_image_without_a_client_for_it_runs_as_it_is(here: Site) -> None:
    image = images.s390x_in_name()
    plain = run(["docker", "run", "--rm", image, "/program", "one", "two"])
    cached = run(dunnage_words("docker", "run", "--rm", image, "/program", "one", "two"), env=here.environ)
    assert (cached.returncode, cached.stdout) == (plain.returncode, plain.stdout)
    ours = [line for line in cached.stderr.splitlines() if line not in plain.stderr.splitlines()]
    assert len(ours) == 1
    assert "s390x" in ours[0]


def test_another_command_of_the_engine_is_none_of_our_business(here: Site) -> None:
    words = ["docker", "image", "inspect", images.bookworm()]
    assert (
        dataclasses.astuple(run(dunnage_words(*words), env=here.environ))[1:]
        == dataclasses.astuple(run(words))[1:]
    )
    assert not here.dunnage.exists()
