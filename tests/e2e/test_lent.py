"""Libraries that a target directory shares with the store: one file with two names (ADR 27)."""

import os
from pathlib import Path

import pytest

from support.workshop import Workshop
from support.workspace import Project, workspace


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Built once, everything in the store, the target directory gone."""
    made = workspace(tmp_path / "project")
    made.cargo("build")
    Workshop.here().settle()
    made.wipe()
    return made


def libraries(project: Project) -> dict[str, Path]:
    """Whatever rustc made for rustc."""
    deps = project.directory / "target/debug/deps"
    return {path.name: path for path in sorted(deps.iterdir()) if path.suffix in (".rlib", ".rmeta")}


def blobs(directory: Path) -> dict[int, Path]:
    """The store's files by their inodes."""
    return {path.stat().st_ino: path for path in directory.rglob("*") if path.is_file()}


def is_fresh(project: Project) -> bool:
    said = project.cargo("build", "-v")
    return "Running" not in said and "Compiling" not in said


def test_the_first_target_directory_has_the_blobs_themselves(project: Project, dunnage_dir: Path) -> None:
    project.cargo("build")
    kept = blobs(dunnage_dir)
    assert libraries(project)
    for path in libraries(project).values():
        assert path.stat().st_ino in kept
        assert path.stat().st_mode & 0o777 == 0o644
    assert is_fresh(project)
    outputs = project.outputs()
    project.wipe()
    project.cargo("build", cached=False)
    assert project.outputs() == outputs


def test_a_second_target_directory_has_copies(project: Project, tmp_path: Path) -> None:
    """So whoever writes to one of its files changes nothing elsewhere, and its times are its own."""
    project.cargo("build")
    outputs = project.outputs()
    (project.directory / "target").rename(tmp_path / "first")
    first = {path.name: path.stat() for path in (tmp_path / "first/debug/deps").iterdir()}
    project.cargo("build")
    for name, path in libraries(project).items():
        assert (path.stat().st_ino, path.stat().st_nlink) != (first[name].st_ino, 2)
        found = (tmp_path / "first/debug/deps" / name).stat()
        assert (found.st_mtime_ns, found.st_ctime_ns) == (first[name].st_mtime_ns, first[name].st_ctime_ns)
    assert project.outputs() == outputs
    assert is_fresh(project)


def test_a_blob_that_came_back_is_lent_again(project: Project) -> None:
    project.cargo("build")
    before = {name: path.stat().st_ino for name, path in libraries(project).items()}
    project.wipe()
    project.cargo("build")
    assert {name: path.stat().st_ino for name, path in libraries(project).items()} == before
    assert is_fresh(project)
    assert Workshop.here().reasons().keys() == {"miss", "hit"}


@pytest.mark.parametrize("wiped", [True, False])
def test_whoever_writes_to_one_makes_a_miss(project: Project, wiped: bool) -> None:
    """One byte of a library is changed in place, as no compiler does it; in vain."""
    project.cargo("build")
    outputs = project.outputs()
    [name] = [name for name in libraries(project) if name.startswith("libbase") and name.endswith(".rlib")]
    with libraries(project)[name].open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        last = file.read(1)
        file.seek(-1, os.SEEK_END)
        file.write(bytes([last[0] ^ 1]))
    if not wiped:
        (project.directory / "target").rename(project.directory / "away")
    else:
        project.wipe()
    project.cargo("build")
    assert project.outputs() == outputs
    assert Workshop.here().reasons()["miss"].get("corrupt") == 1


def test_rustc_makes_a_new_file_in_the_place_of_one(project: Project) -> None:
    """Then the blob is only the store's again, and still what it was."""
    source = project.directory / "base/src/lib.rs"
    project.cargo("build")
    outputs, text = project.outputs(), source.read_text()
    before = {name: path.stat().st_ino for name, path in libraries(project).items() if "base" in name}
    for cached in (True, False):
        source.write_text(text + f"pub fn more() -> usize {{ {int(cached)} }}\n")
        project.cargo("build", cached=cached)
        assert not before.items() & {(name, path.stat().st_ino) for name, path in libraries(project).items()}
        source.write_text(text)
        project.wipe()
        project.cargo("build")
        assert project.outputs() == outputs
    assert {name: path.stat().st_ino for name, path in libraries(project).items() if "base" in name} == before
    assert "corrupt" not in Workshop.here().reasons()["miss"]
