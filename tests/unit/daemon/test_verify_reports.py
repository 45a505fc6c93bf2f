"""Reports of verify mode: a file each, the newest kept, and never in the way."""

import logging
import os
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.daemon.verify_reports import VerifyReports
from dunnage.model.digest import ActionKey

KEY = ActionKey(bytes(range(32)))


def test_a_file_a_report_named_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    reports = VerifyReports(tmp_path / "verify")
    assert reports.paths() == []
    path = reports.keep("serde 1.0.228 (lib)", KEY, "what differs \udc80\n")
    assert path == str(tmp_path / "verify/serde-1.0.228-lib--0001020304050607.txt")
    assert Path(path).read_text() == "what differs \\udc80\n"
    assert reports.paths() == [path]
    assert path in caplog.text
    assert reports.keep("serde 1.0.228 (lib)", KEY, "again\n") == path
    assert Path(path).read_text() == "again\n"


def test_the_oldest_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "VERIFY_REPORTS_MAX", 2)
    reports = VerifyReports(tmp_path)
    kept = []
    for number in range(4):
        kept.append(reports.keep(f"unit{number}", KEY, "text"))
        os.utime(kept[-1], (number, number))
    newest = reports.keep("last", KEY, "text")
    assert reports.paths() == [newest, kept[3]]


def test_one_that_went_is_not_listed(tmp_path: Path) -> None:
    reports = VerifyReports(tmp_path)
    (tmp_path / "gone.txt").symlink_to("nowhere")
    assert reports.paths() == []
    path = reports.keep("one", KEY, "text")
    assert reports.paths() == [path]


def test_a_directory_that_cannot_be_made(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "verify").write_text("a file")
    reports = VerifyReports(tmp_path / "verify")
    with caplog.at_level(logging.WARNING):
        assert reports.keep("one", KEY, "what differs") == ""
    assert "what differs" in caplog.text
    assert reports.paths() == []
