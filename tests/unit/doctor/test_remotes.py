"""What the doctor says of remotes. (Those that are wrong: `tests/remote/test_bad_input.py`.)"""

import os
from pathlib import Path

import pytest

from dunnage.doctor.finding import Finding, Level
from dunnage.doctor.patient import Patient
from dunnage.doctor.remotes import check
from support.running import Running


def found(**more: str) -> list[Finding]:
    return list(check(Patient({**os.environ, **more}, "/")))


def test_none() -> None:
    (finding,) = found()
    assert (finding.level, finding.what) == (Level.OK, "none are set")


def test_one_that_is_only_read_and_one_that_is_written(tmp_path: Path) -> None:
    (read,) = found(DUNNAGE_REMOTES=f"file://{tmp_path}")
    assert (read.level, read.what) == (
        Level.NOTE, f"file://{tmp_path} answers, and is read only: this is no CI job of a kind that is known.",
    )  # fmt: skip
    assert "remote_write = on" in read.cure
    (written,) = found(DUNNAGE_REMOTES=f"file://{tmp_path}", DUNNAGE_REMOTE_WRITE="on")
    assert written.level is Level.OK
    assert written.what == f"file://{tmp_path} answers; results are sent there: remote_write is on"


def test_the_daemon_is_asked_where_one_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUNNAGE_REMOTES", f"file://{tmp_path}/none")
    running = Running()
    (finding,) = found(DUNNAGE_REMOTES="")
    assert (finding.level, finding.what) == (Level.ERROR, f"The directory {tmp_path}/none is not there.")
    assert finding.cure.startswith("Mount it")
    running.close()


def test_a_key_that_cannot_be_read_is_said_once(tmp_path: Path) -> None:
    (finding,) = found(DUNNAGE_REMOTES="file:///a file:///b", DUNNAGE_SEAL_SECRET_FILE=str(tmp_path / "none"))
    assert finding.level is Level.ERROR
    assert "cannot be read: No such file" in finding.what
