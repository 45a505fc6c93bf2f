"""The C that crates bring along, compiled by their build scripts: on the host, with runs that are not replayed."""

from collections.abc import Iterator

import pytest

from support.builds import Counts, Site, differences, site
from support.c_crates import package
from support.commands import run
from support.tools import Host

COMPILES_MIN = 200


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    base = tmp_path_factory.mktemp("drags")
    source, cargo_home = package(base / "project")
    with site(base, source, cargo_home=cargo_home) as made:
        yield made.with_env(DUNNAGE_REPLAY="0")


def test_all_of_it_hits_and_is_what_it_was(here: Site) -> None:
    """Without dunnage, with an empty store, with a full one: the same bytes, and no compiler for the last."""
    plain = here.build(Host(), cache=False)
    plain.ran.succeeded()
    here.wipe()
    cold = here.build(Host())
    cold.ran.succeeded()
    first = c_of(here.counts())
    assert first["miss"] >= COMPILES_MIN
    assert (first["hit"], first["uncacheable"], first["fallback"]) == (0, 0, 0)
    here.wipe()
    warm = here.build(Host())
    warm.ran.succeeded()
    again = c_of(here.counts())
    assert again == {"hit": first["miss"], "miss": 0, "uncacheable": 0, "fallback": 0}
    assert differences(plain.files, cold.files) == []
    assert differences(plain.files, warm.files) == []
    assert run([here.directories.target / "debug/drags"]).succeeded().stdout.startswith("42 ")


def c_of(counts: Counts) -> dict[str, int]:
    """How the sessions of C ended."""
    ended: dict[str, int] = counts.all["languages"]["c"]
    return ended
