"""Runs of build scripts in an unmodified container: replayed there, and without a daemon the program runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import images
from support.battery.scripts import scripted
from support.builds import Site, differences, site
from support.mixed import write
from support.tools import Container

pytestmark = pytest.mark.docker


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    project = tmp_path / "site/project"
    project.mkdir(parents=True)
    write(project, scripted('fs::read_to_string("data.txt").unwrap()', **{"data.txt": "one"}))
    with site(tmp_path / "site", project) as made:
        yield made


def runs(at: Site) -> tuple[int, int]:
    """Hits and misses among runs of build scripts."""
    return at.counts().compiled("build script")


def test_a_run_is_replayed_in_a_container(here: Site) -> None:
    tool = Container(images.bookworm())
    cold = here.build(tool)
    cold.ran.succeeded()
    assert runs(here) == (0, 1)
    here.wipe()
    warm = here.build(tool)
    warm.ran.succeeded()
    assert runs(here) == (1, 0)
    assert differences(warm.files, cold.files) == []
    write(here.directories.source, {"data.txt": "two"})
    plain = here.build(tool, cache=False)
    plain.ran.succeeded()
    assert plain.compiled == ["app"]
    here.wipe()
    here.build(tool).ran.succeeded()
    assert runs(here) == (0, 1)
