"""Masquerading: links for those compilers that PATH has, in front of it."""

import os
from pathlib import Path

import pytest

from dunnage.cli.masquerade import MASQUERADE_VARIABLE, compilers, links, masquerading
from dunnage.config.places import Places
from dunnage.errors import MasqueradeFailed

CLIENT = "/clients/x86_64/sccache"


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    directory = tmp_path / "tools"
    directory.mkdir()
    for name in ("gcc", "aarch64-linux-gnu-g++-12", "make", "gcc-ar", "clang"):
        (directory / name).touch(mode=0o755)
    (directory / "clang").chmod(0o644)
    return directory


def test_only_compilers_that_can_be_run_are_linked(tools: Path, tmp_path: Path) -> None:
    """configure must not find a clang that is not there."""
    assert sorted(compilers([str(tools), "/no/such/directory"])) == ["aarch64-linux-gnu-g++-12", "gcc"]
    added = masquerading({"PATH": f"/no:{tools}"}, Places(tmp_path / "base"), CLIENT)
    directory = Path(added[MASQUERADE_VARIABLE])
    assert added["PATH"] == f"{directory}:/no:{tools}"
    assert {entry.name: os.readlink(entry) for entry in directory.iterdir()} == {
        "gcc": CLIENT,
        "aarch64-linux-gnu-g++-12": CLIENT,
        "dunnage-cc": CLIENT,
    }


def test_a_command_within_a_command_has_them_once(tools: Path, tmp_path: Path) -> None:
    places = Places(tmp_path / "base")
    once = masquerading({"PATH": str(tools)}, places, CLIENT)
    assert masquerading(once, places, CLIENT) == once


@pytest.mark.parametrize("path", ["", "/no/such/directory"])
def test_without_a_compiler_nothing_is_put_in_front(tmp_path: Path, path: str) -> None:
    assert masquerading({"PATH": path}, Places(tmp_path), CLIENT) == {}
    assert masquerading({}, Places(tmp_path), CLIENT) == {}


def test_a_place_with_a_colon_cannot_stand_in_path(tools: Path, tmp_path: Path) -> None:
    assert masquerading({"PATH": str(tools)}, Places(tmp_path / "a:b"), CLIENT) == {}


def test_a_directory_never_changes(tmp_path: Path) -> None:
    one = links(tmp_path, CLIENT, ["gcc"])
    assert links(tmp_path, CLIENT, ["gcc"]) == one
    others = {links(tmp_path, CLIENT, ["cc", "gcc"]), links(tmp_path, "/elsewhere/sccache", ["gcc"])}
    assert len(others | {one}) == 3
    assert [entry.name for entry in one.iterdir()] == ["gcc"]
    assert len(list(tmp_path.iterdir())) == 3, "nothing is left of how they were made"


def test_where_they_cannot_be_made_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MasqueradeFailed):
        links(tmp_path / "file" / "x", CLIENT, ["gcc"])
