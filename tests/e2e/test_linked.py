"""What linkers make, through real cargo, rustc and linkers: hits that are right, and misses where an input changed."""

import os
import shutil
from pathlib import Path

import pytest

from support.require import require
from support.workshop import Workshop
from support.workspace import Project, workspace


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return workspace(tmp_path / "ws")


@pytest.fixture
def shop() -> Workshop:
    return Workshop.here()


@pytest.mark.parametrize("words", [("build",), ("build", "--release"), ("test", "--no-run")], ids="-".join)
def test_all_of_it_hits_and_is_what_a_plain_build_makes(
    project: Project, shop: Workshop, words: tuple[str, ...]
) -> None:
    project.cargo(*words, cached=False)
    plain = project.outputs()
    project.wipe()
    project.cargo(*words)
    assert project.outputs() == plain
    cold = shop.reasons()
    project.wipe()
    project.cargo(*words)
    assert project.outputs() == plain
    warm = shop.reasons()
    assert warm["hit"] == {"local": sum(cold["miss"].values())}
    assert "uncacheable" not in warm
    project.cargo(*words)
    assert shop.reasons() == warm, "the second build is a no-op"


def test_a_program_runs_from_the_store(project: Project) -> None:
    assert "42 7 base" in project.cargo("run")
    project.wipe()
    assert "42 7 base" in project.cargo("run")


def flags(*words: str) -> dict[str, str]:
    return {"RUSTFLAGS": " ".join(f"-Clink-arg={word}" for word in words)}


@pytest.mark.parametrize("linker", ["bfd", "gold", "mold"])
def test_another_linker(project: Project, shop: Workshop, linker: str) -> None:
    """The same bytes as without us, also where it is not rustc's own."""
    if linker == "mold":
        require("mold")
    env = flags(f"-fuse-ld={linker}")
    project.cargo("build", env=env, cached=False)
    plain = project.outputs()
    for _ in range(2):
        project.wipe()
        project.cargo("build", env=env)
        assert project.outputs() == plain
    assert shop.reasons()["hit"] == {"local": shop.reasons()["miss"]["new"]}


def test_a_changed_linker(project: Project, shop: Workshop) -> None:
    """Its bytes count: everything in this project is linked."""
    tools = project.directory / "tools"
    tools.mkdir()
    for name in ("ld", "ld.bfd"):
        shutil.copy(os.path.realpath("/usr/bin/ld.bfd"), tools / name)
    # The program of the build script comes out the same: its run would be a hit.
    env = {**flags(f"-B{tools}", "-fuse-ld=bfd"), "DUNNAGE_REPLAY": "0"}
    project.cargo("build", env=env)
    first = shop.reasons()["miss"]["new"]
    with (tools / "ld.bfd").open("ab") as file:
        file.write(b"\0")
    project.wipe()
    project.cargo("build", env=env)
    assert shop.reasons() == {"miss": {"new": 2 * first}}


def test_a_library_that_now_comes_first(project: Project, shop: Workshop) -> None:
    """Every program asks for libm."""
    early = project.directory / "early"
    early.mkdir()
    env = {**flags(f"-L{early}"), "DUNNAGE_REPLAY": "0"}
    project.cargo("build", env=env)
    shutil.copy("/usr/lib/x86_64-linux-gnu/libm.so", early / "libm.so")
    project.wipe()
    project.cargo("build", env=env)
    assert shop.reasons()["miss"]["inputs-changed"] >= 1
    assert "hit" not in shop.reasons()
    (early / "libm.so").unlink()
    before = shop.reasons()
    project.wipe()
    project.cargo("build", env=env)
    assert shop.reasons()["miss"] == before["miss"], "and back: all of it is known"


def test_a_changed_native_library(project: Project) -> None:
    assert "42 7 base" in project.cargo("run")
    project.native(8)
    project.wipe()
    assert "42 8 base" in project.cargo("run")
    project.native(7)
    project.wipe()
    assert "42 7 base" in project.cargo("run")
