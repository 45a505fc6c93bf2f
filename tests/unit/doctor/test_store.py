"""The store's file system, its room, and what is in it that should not be."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dunnage.doctor import store
from dunnage.doctor.finding import Level
from dunnage.doctor.look import Mount
from dunnage.doctor.patient import Patient
from dunnage.doctor.store import check


def test_all_is_well(ill: Callable[..., Patient]) -> None:
    (finding,) = check(ill(DUNNAGE_SIZE_MAX="1M"))
    assert finding.level is Level.OK
    assert "0 B of 976.6 KiB used" in finding.what
    assert finding.what.endswith(("hits are copies", "hits are reflinks"))


@pytest.mark.parametrize(
    ("kind", "level", "words"),
    [
        ("nfs4", Level.WARNING, "network file system (nfs4)"),
        ("fuse.sshfs", Level.WARNING, "network file system"),
        ("vfat", Level.WARNING, "foreign file system"),
        ("tmpfs", Level.NOTE, "in memory"),
    ],
)
def test_file_systems(
    ill: Callable[..., Patient], monkeypatch: pytest.MonkeyPatch, kind: str, level: Level, words: str
) -> None:
    monkeypatch.setattr(store, "mount_of", lambda path: Mount("/", kind, ()))
    finding = next(iter(check(ill())))
    assert finding.level is level
    assert words in finding.what
    assert "DUNNAGE_DIR" in finding.cure


def test_a_disk_that_is_nearly_full(mounted: Callable, tmp_path: Path) -> None:
    memory, full = mounted("store", "size=1m", env={"DUNNAGE_DIR": str(tmp_path / "mount/dunnage")})
    assert (memory["level"], full["level"]) == ("note", "warning")
    assert full["what"].startswith("The disk of the store is nearly full: 0 B of 10.0 GiB used, 1.0 MiB free")
    assert "dunnage trim" in full["cure"]


def test_a_limit_that_the_disk_has_no_room_for(ill: Callable[..., Patient]) -> None:
    (finding,) = check(ill(DUNNAGE_SIZE_MAX="9000TiB"))
    assert finding.level is Level.NOTE
    assert "more than its disk has room for" in finding.what


def test_what_should_not_be_there(ill: Callable[..., Patient], dunnage_dir: Path) -> None:
    quarantine = dunnage_dir / "store/v1/quarantine"
    quarantine.mkdir(parents=True)
    (dunnage_dir / "store/v9").mkdir()
    (quarantine / "ab.1").touch()
    _, damaged, other = check(ill(DUNNAGE_SIZE_MAX="1M"))
    assert (damaged.level, other.level) == (Level.WARNING, Level.NOTE)
    assert damaged.what == f"Damaged files were set aside: 1 in {quarantine}."
    assert other.what == f"{dunnage_dir}/store/v9 is the store of another version of dunnage."
