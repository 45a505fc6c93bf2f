"""Portable mode across mounts: what a container at the host's paths compiled serves one at cross's paths, and cross."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import images, projects
from support.builds import BUILD, Counts, Site, differences, site
from support.tools import Container, Cross, Layout, Tool

pytestmark = [pytest.mark.docker, pytest.mark.timeout(1800)]

PORTABLE = {"DUNNAGE_PORTABLE": "1"}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path / "site", projects.ripgrep()) as made:
        yield made.with_env(**PORTABLE)


def counted(here: Site, tool: Tool, *words: str) -> Counts:
    here.wipe()
    here.build(tool, cargo=(*BUILD, *words)).ran.succeeded()
    return here.counts()


def test_a_container_at_the_paths_of_cross_025_hits_what_one_at_the_hosts_made(here: Site) -> None:
    image = images.bookworm()
    elsewhere = Container(image, layout=Layout.CROSS_MAIN)
    counted(here, elsewhere)
    inside = Container(image)
    there = counted(here, inside)
    assert there.rate() >= 0.95, there.all["reasons"]
    made = here.build(inside, cache=True).files
    here.wipe()
    remaps = " ".join(
        f"--remap-path-prefix={place}=/dunnage/{name}"
        for place, name in (("/project", "workspace"), ("/cargo", "cargo-home"), ("/target", "target"))
    )
    # RUSTFLAGS would change cargo's hashes: so a wrapper adds the same words.
    wrapper = here.directories.source / "plain.sh"
    wrapper.write_text(
        f'#!/bin/sh\ncase "$*" in *--crate-name*) exec "$@" {remaps} ;; *) exec "$@" ;; esac\n'
    )
    wrapper.chmod(0o755)
    plain = here.build(Container(image, options=("-e", "RUSTC_WRAPPER=/project/plain.sh")), cache=False)
    plain.ran.succeeded()
    assert differences(plain.files, made) == []


SHARED = {"ripgrep": projects.ripgrep, "nextest": projects.nextest}


@pytest.mark.cross
@pytest.mark.timeout(10800)
@pytest.mark.parametrize("name", ["ripgrep", pytest.param("nextest", marks=pytest.mark.large)])
def test_cross_025_hits_what_was_made_at_other_paths(name: str, tmp_path: Path) -> None:
    """Workspace, cargo home and target directory all stand elsewhere there: at /project, /cargo and /target."""
    image, target = images.bookworm(), tmp_path / "elsewhere"
    target.mkdir()
    options = ("-v", f"{target}:{target}", "-e", f"CARGO_TARGET_DIR={target}")
    with site(tmp_path / "site", SHARED[name]()) as made:
        here = made.with_env(**PORTABLE)
        elsewhere = Container(image, layout=Layout.CROSS_MAIN, options=options)
        counted(here, elsewhere, "--target", Cross.TRIPLE)
        there = counted(here, Cross(image))
        assert there.rate() >= 0.95, there.all["reasons"]
        assert here.build(Cross(image)).compiled == []
