"""Who shares with whom: host and container at the same paths share all; elsewhere only what has no path in it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from support import images, projects
from support.builds import Site, differences, site
from support.tools import Container, Cross, Host, Layout, Tool

pytestmark = pytest.mark.docker


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    """A package with a dependency from the registry, so that cargo home counts, too."""
    ripgrep = projects.ripgrep()
    locked = (ripgrep.source / "Cargo.lock").read_text()
    version = locked.split('name = "memchr"\nversion = "')[1].split('"')[0]
    base = tmp_path / "site"
    source = projects.small(base / "project", dependencies=f'memchr = "={version}"\n')
    (source / "src/main.rs").unlink()  # whether a program is shared is for the linkers of both to say
    with site(base, source, cargo_home=ripgrep.cargo_home) as made:
        yield made


def count(here: Site, tool: Tool) -> tuple[int, int]:
    """Hits and misses of a build into an empty target directory."""
    here.wipe()
    here.build(tool).ran.succeeded()
    counts = here.counts()
    assert counts.fallbacks == 0
    return counts.hits, counts.misses


def test_what_the_host_built_hits_in_a_container_at_the_hosts_paths(here: Site) -> None:
    assert count(here, Host()) == (0, 2)
    assert count(here, Container(images.bookworm(), layout=Layout.CROSS_MAIN)) == (2, 0)


def test_what_a_container_at_the_hosts_paths_built_hits_on_the_host(here: Site) -> None:
    assert count(here, Container(images.bookworm(), layout=Layout.CROSS_MAIN)) == (0, 2)
    assert count(here, Host()) == (2, 0)


def test_at_the_paths_of_cross_025_nothing_with_a_path_in_it_is_shared(here: Site) -> None:
    inside = Container(images.bookworm())
    assert count(here, Host()) == (0, 2)
    here.wipe()
    plain = here.build(inside, cache=False)
    here.wipe()
    built = here.build(inside)
    counts = here.counts()
    assert (counts.hits, counts.misses) == (0, 2)
    # memchr has the path of cargo home in it; so the two of it differ, and that is another input of the package.
    assert counts.all["reasons"]["miss"] == {"bound-elsewhere": 1, "inputs-changed": 1}
    assert differences(plain.files, built.files) == []


def test_what_is_free_of_paths_is_shared_even_there(here: Site) -> None:
    places = {
        here.directories.source: "/s",
        "/project": "/s",
        here.directories.cargo_home: "/c",
        "/cargo": "/c",
    }
    flags = " ".join(f"--remap-path-prefix={path}={name}" for path, name in places.items())
    there = here.with_env(RUSTFLAGS=flags)
    assert count(there, Host()) == (0, 2)
    assert count(there, Container(images.bookworm(), options=("-e", f"RUSTFLAGS={flags}"))) == (2, 0)


@pytest.mark.cross
def test_all_projects_under_cross_025_stand_at_one_place_and_share(here: Site, tmp_path: Path) -> None:
    tool = Cross(images.bookworm())
    assert count(here, tool) == (0, 2)
    other = tmp_path / "other"
    sources = projects.small(other / "project")
    (sources / "src/main.rs").unlink()
    (sources / "Cargo.toml").write_text((here.directories.source / "Cargo.toml").read_text())
    (sources / "Cargo.lock").unlink()
    with site(other, sources, cargo_home=here.directories.cargo_home) as elsewhere:
        same_store = elsewhere.with_env(DUNNAGE_DIR=str(here.dunnage))
        assert count(same_store, tool) == (2, 0)


def test_images_that_link_alike_share_programs(tmp_path: Path) -> None:
    base = tmp_path / "site"
    with site(base, projects.small(base / "project")) as here:
        assert count(here, Container(images.bookworm())) == (0, projects.SMALL_UNITS)
        assert count(here, Container(images.with_sccache())) == (projects.SMALL_UNITS, 0)


def test_four_containers_at_once_compile_every_library_once(here: Site, tmp_path: Path) -> None:
    """Whoever comes second waits, or is so late that it hits at once; which, is the moment's business."""
    tool = Container(images.bookworm())
    sites = [here]
    for number in range(3):
        target = tmp_path / f"target{number}"
        target.mkdir()
        sites.append(replace(here, directories=replace(here.directories, target=target)))
    with ThreadPoolExecutor(len(sites)) as pool:
        built = list(pool.map(lambda site: site.build(tool), sites))
    for one in built:
        one.ran.succeeded()
        assert differences(one.files, built[0].files) == []
    counts = here.counts()
    assert (counts.hits, counts.misses, counts.fallbacks) == (6, 2, 0)
    assert set(counts.all["reasons"]["hit"]) <= {"shared", "local"}
