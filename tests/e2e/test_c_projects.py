"""Real projects of C and C++, built by their own makers' means on the host."""

from dataclasses import replace
from pathlib import Path

import pytest

from support.builds import site
from support.c_building import OnHost, assert_all_hits
from support.c_catalogue import EVERYWHERE, LARGE, CProject
from support.commands import LARGE_TIMEOUT_S


@pytest.mark.parametrize("project", EVERYWHERE, ids=str)
def test_all_of_it_hits_and_is_what_it_was(tmp_path: Path, project: CProject) -> None:
    with site(tmp_path, tmp_path / "project") as here:
        assert_all_hits(here, project, OnHost())


@pytest.mark.large
@pytest.mark.timeout(4 * LARGE_TIMEOUT_S)
@pytest.mark.parametrize("project", LARGE, ids=str)
def test_all_of_a_large_one(tmp_path: Path, project: CProject) -> None:
    with site(tmp_path, tmp_path / "project") as here:
        assert_all_hits(replace(here, timeout_s=LARGE_TIMEOUT_S), project, OnHost())
