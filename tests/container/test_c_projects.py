"""Real projects of C and C++, built by their own makers' means in a container without network."""

from dataclasses import replace
from pathlib import Path

import pytest

from support import images
from support.builds import site
from support.c_building import InContainer, assert_all_hits
from support.c_catalogue import FMT, FMT_IN_PART, LUA, REDIS, REVENGE, SQLITE, ZLIB, ZSTD, CProject
from support.commands import LARGE_TIMEOUT_S

pytestmark = pytest.mark.docker


@pytest.mark.parametrize("project", [LUA], ids=str)
def test_all_of_it_hits_and_is_what_it_was(tmp_path: Path, project: CProject) -> None:
    """make is told of the client, CMake hears of it by its environment."""
    with site(tmp_path, tmp_path / "project") as here:
        assert_all_hits(here, project, InContainer(images.with_tools()))


@pytest.mark.large
@pytest.mark.timeout(4 * LARGE_TIMEOUT_S)
@pytest.mark.parametrize("project", [ZLIB, REVENGE, FMT_IN_PART, FMT, SQLITE, REDIS, ZSTD], ids=str)
def test_all_of_the_others(tmp_path: Path, project: CProject) -> None:
    with site(tmp_path, tmp_path / "project") as here:
        assert_all_hits(replace(here, timeout_s=LARGE_TIMEOUT_S), project, InContainer(images.with_tools()))
