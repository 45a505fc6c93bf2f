"""CMake, called by a build script in a container: its launcher finds the client there."""

from pathlib import Path

import pytest

from support import images
from support.builds import site
from support.c_packages import SOURCES, by_cmake, made
from support.tools import Container

pytestmark = pytest.mark.docker


def test_the_cmake_crate(tmp_path: Path) -> None:
    """Without dunnage, with an empty store, with a full one: the same bytes, and no compiler for the last."""
    source, home = by_cmake(tmp_path / "site/project")
    tool = Container(images.with_tools())
    with site(tmp_path / "site", source, cargo_home=home) as here:
        plain = here.build(tool, cache=False)
        plain.ran.succeeded()
        here.wipe()
        cold = here.build(tool)
        cold.ran.succeeded()
        first = here.counts().all["languages"]["c"]
        here.wipe()
        warm = here.build(tool)
        warm.ran.succeeded()
        second = here.counts().all["languages"]["c"]
        assert first["miss"] >= len(SOURCES)
        assert (second["hit"], second["miss"], second["fallback"]) == (first["miss"], 0, 0)
        assert made(plain) == made(cold) == made(warm)
