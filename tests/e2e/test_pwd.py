"""Where cargo was started, which PWD tells: nothing to C, unless it leads to the directory that a compiler is in."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from support.battery.scripts import scripted
from support.builds import Counts, Site, differences, site
from support.c_packages import CC_NEW, SOURCES, by_cc
from support.mixed import write
from support.require import require
from support.tools import Host

HIT = {"hit": 1, "miss": 0, "uncacheable": 0, "fallback": 0}


PROBES = """
    let object = format!("{out}/x.o");
    assert!(Command::new("gcc").args(["-g", "-c", "x.c", "-o", &object]).status().unwrap().success());
    String::new()
"""
"""By itself, not through the client: a part of the run."""


@pytest.fixture(params=["gcc"])
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    require(request.param)
    source, home = by_cc(tmp_path / "project", CC_NEW)
    with site(tmp_path, source, cargo_home=home) as made:
        yield made.with_env(CC=request.param, PWD=str(source))


@pytest.fixture
def probing(tmp_path: Path) -> Iterator[Site]:
    require("gcc")
    source = tmp_path / "project"
    write(source, {**scripted(PROBES), "x.c": "int x(void) { return 1; }\n"})
    with site(tmp_path, source) as made:
        yield made.with_env(PWD=str(source))


def built(here: Site, *, cache: bool = True) -> Mapping[str, str]:
    here.wipe()
    made = here.build(Host(), cache=cache)
    made.ran.succeeded()
    return made.files


def from_elsewhere(here: Site) -> list[Site]:
    """In a directory below, as a shell starts cargo there, and as make, a script and an editor may."""
    source = here.directories.source
    below = replace(here, directories=replace(here.directories, source=source / "src"))
    gone = here.with_env(PWD="/nowhere/at/all")
    return [below.with_env(PWD=str(source / "src")), below, here.with_env(PWD=str(source.parent)), gone]


def assert_all_hit(counts: Counts) -> None:
    assert (counts.misses, counts.fallbacks) == (0, 0), counts.all["reasons"]


both = pytest.mark.parametrize("here", ["gcc", "clang"], indirect=True)


@both
def test_units_hit_wherever_cargo_was_started(here: Site) -> None:
    """Where runs of build scripts are not replayed."""
    here = here.with_env(DUNNAGE_REPLAY="0")
    plain = built(here, cache=False)
    assert differences(plain, built(here)) == []
    assert here.counts().compiled("c") == (0, len(SOURCES))
    for there in from_elsewhere(here):
        assert differences(plain, built(there)) == []
        counts = there.counts()
        assert_all_hit(counts)
        assert counts.compiled("c") == (len(SOURCES), 0)


@both
def test_the_name_that_pwd_gives_the_directory_is_in_a_unit(here: Site) -> None:
    """Debug information has it: what was stored where PWD led elsewhere is no hit, and the reverse."""
    assert_each_has_its_own(here.with_env(DUNNAGE_REPLAY="0"))


def test_runs_are_replayed_wherever_cargo_was_started(here: Site) -> None:
    assert_replayed(here)


@both
def test_the_name_that_pwd_gives_the_directory_is_in_a_run(here: Site) -> None:
    assert_each_has_its_own(here)


@pytest.mark.parametrize("here", ["clang"], indirect=True)
def test_a_run_in_which_clang_is_tried_out_is_replayed_at_its_place(here: Site) -> None:
    """The cc crate asks clang in another directory than the run's who it is, and clang asks for PWD wherever it is."""
    plain = built(here, cache=False)
    assert differences(plain, built(here)) == []
    here.counts()
    assert differences(plain, built(here)) == []
    counts = here.counts()
    assert_all_hit(counts)
    assert counts.all["languages"]["build script"] == HIT


def test_a_run_that_tries_a_compiler_is_replayed_wherever_cargo_was_started(probing: Site) -> None:
    assert_replayed(probing)


def test_the_name_that_pwd_gives_the_directory_is_in_what_was_tried(probing: Site) -> None:
    assert_each_has_its_own(probing)


def assert_replayed(here: Site) -> None:
    plain = built(here, cache=False)
    for there in (here, *from_elsewhere(here)):
        assert differences(plain, built(there)) == []
        counts = there.counts()
        if there is not here:
            assert_all_hit(counts)
            assert counts.all["languages"]["build script"] == HIT


def assert_each_has_its_own(here: Site) -> None:
    source = here.directories.source
    link = source.parent / "link"
    link.symlink_to(source)
    elsewhere, by_link = here.with_env(PWD=str(source.parent)), here.with_env(PWD=str(link))
    plain, plain_by_link = built(elsewhere, cache=False), built(by_link, cache=False)
    assert any(name.endswith(".o") for name in differences(plain, plain_by_link))
    for there, wanted in ((elsewhere, plain), (by_link, plain_by_link)):
        assert differences(wanted, built(there)) == []
    here.counts()
    for there, wanted in ((elsewhere, plain), (by_link, plain_by_link)):
        assert differences(wanted, built(there)) == []
        assert_all_hit(here.counts())
