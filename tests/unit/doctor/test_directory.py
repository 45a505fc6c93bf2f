"""The directory: in the way, read-only, somebody else's, out of a socket's reach."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dunnage.doctor import directory
from dunnage.doctor.directory import check
from dunnage.doctor.finding import Level
from dunnage.doctor.patient import Patient
from support.require import require


def test_before_and_after_the_first_daemon(ill: Callable[..., Patient], dunnage_dir: Path) -> None:
    (before,) = check(ill())
    assert (before.level, before.what) == (Level.OK, f"{dunnage_dir}, which the first daemon makes")
    dunnage_dir.mkdir()
    (after,) = check(ill())
    assert (after.level, after.what) == (Level.OK, str(dunnage_dir))
    assert list(dunnage_dir.iterdir()) == []


def test_a_file_in_the_way(ill: Callable[..., Patient], dunnage_dir: Path) -> None:
    dunnage_dir.write_text("")
    (finding,) = check(ill())
    assert finding.level is Level.ERROR
    assert finding.what == f"{dunnage_dir} is no directory."
    assert "DUNNAGE_DIR" in finding.cure


def test_read_only(mounted: Callable, tmp_path: Path) -> None:
    (finding,) = mounted("directory", "ro", env={"DUNNAGE_DIR": str(tmp_path / "mount/dunnage")})
    assert finding["level"] == "error"
    assert finding["what"] == f"Nothing can be written in {tmp_path}/mount: Read-only file system."


def test_where_probes_are_not_known_the_permissions_count(
    ill: Callable[..., Patient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    (finding,) = check(ill(DUNNAGE_DIR="/proc/dunnage"))
    assert finding.what == "Nothing can be written in /proc: Permission denied."


def test_of_somebody_else(ill: Callable[..., Patient], dunnage_dir: Path) -> None:
    require("root")
    (dunnage_dir / "run").mkdir(parents=True)
    os.chown(dunnage_dir / "run", 12345, -1)
    (finding,) = check(ill())
    assert finding.level is Level.ERROR
    assert finding.what == f"{dunnage_dir}/run belongs to the user 12345, and this is 0."
    assert "sudo chown -R 0" in finding.cure


def test_a_long_path_is_reached_through_proc(
    ill: Callable[..., Patient], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = tmp_path.joinpath(*["a-long-name-of-a-directory"] * 5)
    far.mkdir(parents=True)
    (fine,) = check(ill(DUNNAGE_DIR=str(far)))
    assert fine.level is Level.OK
    monkeypatch.setattr(directory.os.path, "isdir", lambda path: False)
    (finding,) = check(ill(DUNNAGE_DIR=str(far)))
    assert finding.level is Level.ERROR
    assert "Mount /proc" in finding.cure
