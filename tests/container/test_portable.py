"""Portable mode across mounts: what a container at the host's paths compiled serves one at cross's paths."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import images, projects
from support.builds import Counts, Site, differences, site
from support.tools import Container, Layout, Tool

pytestmark = [pytest.mark.docker, pytest.mark.timeout(1800)]

PORTABLE = {"DUNNAGE_PORTABLE": "1"}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path / "site", projects.ripgrep()) as made:
        yield made.with_env(**PORTABLE)


def counted(here: Site, tool: Tool) -> Counts:
    here.wipe()
    here.build(tool).ran.succeeded()
    return here.counts()


def test_a_container_at_the_paths_of_cross_025_hits_what_one_at_the_hosts_made(here: Site) -> None:
    image = images.bookworm()
    elsewhere = Container(image, layout=Layout.CROSS_MAIN)
    probes = counted(here, elsewhere).all["reasons"]["miss"].get("compile-failed", 0)
    inside = Container(image)
    there = counted(here, inside)
    hits, misses = there.compiled()  # runs of build scripts stay at their place
    assert hits / (hits + misses - probes) >= 0.95, there.all["reasons"]
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
