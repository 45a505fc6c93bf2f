"""All checks: each has a file and a test, and one that fails does not end the others."""

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from dunnage.doctor import registry
from dunnage.doctor.finding import Finding, Level, ok
from dunnage.doctor.patient import Patient
from dunnage.doctor.registry import CHECKS, Row, examined

FRAME = {"__init__", "finding", "patient", "registry", "cargo_files", "look"}
"""Files that are no checks."""


def test_every_check_has_a_file_and_every_file_is_a_check() -> None:
    files = {path.stem for path in Path(registry.__file__).parent.glob("*.py")} - FRAME
    assert files == set(CHECKS)


def test_in_the_order_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_made", lambda name, patient: [ok(name)])
    assert [row.check for row in examined(Patient({}, "/"))] == list(CHECKS)
    some = ("remotes", "settings")
    assert {row.check for row in examined(Patient({}, "/"), some)} == set(some)


def test_one_that_fails_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def check(patient: Patient) -> Iterator[Finding]:
        yield ok("fine")
        raise ValueError("odd")

    monkeypatch.setattr(registry.importlib, "import_module", lambda _: SimpleNamespace(check=check))
    name = next(iter(CHECKS))
    (row,) = examined(Patient({}, "/"), [name])
    assert row.finding.level is Level.ERROR
    assert "ValueError: odd" in row.finding.why
    assert f"dunnage doctor {name}" in row.finding.cure


def test_a_row_as_a_document() -> None:
    assert Row("a", Finding(Level.NOTE, "b", "c", "d")).document == {
        "check": "a", "level": "note", "what": "b", "why": "c", "cure": "d",
    }  # fmt: skip


def test_every_check_finds_something_here_and_starts_nothing(tmp_path: Path, dunnage_dir: Path) -> None:
    rows = list(examined(Patient(os.environ, str(tmp_path))))
    assert {row.check for row in rows} == set(CHECKS)
    for row in rows:
        assert "could not be checked" not in row.finding.what, row
        if row.finding.level in (Level.WARNING, Level.ERROR):
            assert row.finding.cure, row
    assert not dunnage_dir.exists()
