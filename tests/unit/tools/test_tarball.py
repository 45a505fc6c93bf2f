"""Tarballs in GitHub's cache: which one a job finds, and what is left of a target directory."""

from pathlib import Path

import pytest

from bench import tarball
from support.remotes.gha_service import gha_service


def test_the_very_key_or_the_newest_of_its_kind(tmp_path: Path) -> None:
    machine = tmp_path / "machine"
    with gha_service(tmp_path / "github") as service:
        for key, text in (("v0-one", "1"), ("v0-two", "2")):
            (machine / "target").mkdir(parents=True, exist_ok=True)
            (machine / "target/file").write_text(text)
            assert tarball.save(service.environ(), key, machine, ("target", "not there")) > 0
        for key, others, found in (
            ("v0-one", False, "1"),
            ("v0-three", False, ""),
            ("v0-", True, "2"),
            ("v1-", True, ""),
        ):
            (machine / "target/file").write_text("")
            assert tarball.restore(service.environ(), key, machine, others=others) is bool(found)
            assert (machine / "target/file").read_text() == found


@pytest.mark.parametrize("kept", [True, False])
def test_of_a_target_directory_only_dependencies_are_left(tmp_path: Path, kept: bool) -> None:
    own = ["deps/libmine_too-1.rlib", "build/mine-too-1/output", "rg", "examples/x"]
    theirs = ["deps/libother-1.rlib", ".fingerprint/other-1/dep"]
    for name in (*own, *theirs):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    tarball.prune(tmp_path, {"mine_too"})
    assert all((tmp_path / name).exists() is kept for name in (theirs if kept else own))
