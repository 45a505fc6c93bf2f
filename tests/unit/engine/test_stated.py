"""What globs stand for on this machine, and what a person is told of it."""

from pathlib import Path

import pytest

from dunnage import limits
from dunnage.config.extra_inputs import Stated
from dunnage.engine.stated import OwnFiles, matches
from dunnage.model.extra import ExtraRule
from dunnage.model.view import Entry, exists
from support.subjects import written
from support.units import record_at


def test_matches_and_warnings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.sql", "b.sql"):
        written(tmp_path / "schema" / name, "")
    origin = str(tmp_path / "dunnage.toml")
    stated = Stated(ExtraRule(files=("schema/*.sql", "none.sql"), env=("URL",)), origin)
    found = matches([stated])
    assert [(match.glob, match.count, match.warning) for match in found] == [
        ("schema/*.sql", 2, ""),
        ("none.sql", 0, f"{origin}: `none.sql` stands for no file."),
    ]
    monkeypatch.setattr(limits, "EXTRA_FILES_MAX", 1)
    said = "more than 1 files, so units it speaks of are not cached."
    assert matches([stated])[0].warning == f"{origin}: `schema/*.sql`: {said}"


def test_own_files_are_seen_as_a_client_sees_them(tmp_path: Path) -> None:
    written(tmp_path / "d/a", "")
    (tmp_path / "d/link").symlink_to(tmp_path)
    (tmp_path / "d/e").mkdir()
    files = OwnFiles()
    assert files.stat([str(tmp_path / "d/a")]) == [record_at(str(tmp_path / "d/a"))]
    assert not exists(files.stat([str(tmp_path / "none")])[0])
    listed = files.entries(str(tmp_path / "d"))
    assert listed is not None
    assert sorted(listed, key=lambda entry: entry.name) == [
        Entry("a", False),
        Entry("e", True),
        Entry("link", False),
    ]
    assert files.entries(str(tmp_path / "none")) is None
