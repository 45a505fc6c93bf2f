"""Clocks that do not agree."""

import time
from collections.abc import Callable

import pytest

from dunnage.doctor import clock
from dunnage.doctor.clock import check
from dunnage.doctor.finding import Level
from dunnage.doctor.patient import Patient


def test_they_agree(ill: Callable[..., Patient]) -> None:
    (finding,) = check(ill())
    assert finding.level is Level.OK


@pytest.mark.parametrize(
    ("ahead_s", "words"), [(3600, "behind the system's"), (-90, "ahead of the system's")]
)
def test_they_do_not(
    ill: Callable[..., Patient], monkeypatch: pytest.MonkeyPatch, ahead_s: float, words: str
) -> None:
    """As if the system's own clock had been set, of which the file systems know nothing."""
    real = time.time
    monkeypatch.setattr(clock.time, "time", lambda: real() + ahead_s)
    findings = list(check(ill()))
    assert {finding.level for finding in findings} == {Level.WARNING}
    assert all(words in finding.what for finding in findings)


def test_where_no_file_can_be_made(ill: Callable[..., Patient]) -> None:
    patient = ill(DUNNAGE_DIR="/proc/dunnage")
    patient.cwd = "/sys"
    (finding,) = check(patient)
    assert finding.level is Level.OK
