"""What was counted and has a cure."""

from collections.abc import Callable

from dunnage.doctor.finding import Level
from dunnage.doctor.misses import _TROUBLES, check
from dunnage.doctor.patient import Patient
from dunnage.errors import StoreError
from dunnage.model.advice import ADVICE
from dunnage.model.outcome import REASONS
from support.running import Running

STATS = {
    "since": 1_795_449_600,
    "reasons": {"miss": {"bound-elsewhere": 1234, "new": 5, "store-failed": 2}, "fallback": {"timeout": 1}},
}


def counted(patient: Patient, stats: object) -> Patient:
    patient.__dict__["stats"] = stats
    return patient


def test_nobody_was_asked(ill: Callable[..., Patient]) -> None:
    (finding,) = check(ill())
    assert finding.level is Level.OK
    (failed,) = check(counted(ill(), StoreError("The store is away.")))
    assert (failed.level, failed.what) == (Level.ERROR, "The store is away.")


def test_nothing(ill: Callable[..., Patient]) -> None:
    running = Running()
    (finding,) = check(ill())
    assert (finding.level, finding.what) == (Level.OK, "nothing that could be avoided was counted")
    running.close()


def test_each(ill: Callable[..., Patient]) -> None:
    bound, fallback, failed = check(counted(ill(), STATS))
    assert bound.level is Level.NOTE
    assert bound.what.startswith("1,234 misses: every result that is known holds paths of another place")
    assert "portable = true" in bound.cure
    assert fallback.what.startswith("1 × fallback, timeout: ")
    assert failed.what.startswith("2 × miss, store-failed: ")
    assert "dunnage stats --zero" in failed.why
    assert {fallback.level, failed.level} == {Level.WARNING}
    assert len(list(check(counted(ill(DUNNAGE_PORTABLE="1"), STATS)))) == 2


def test_every_row_is_one_of_the_table_and_has_a_cure() -> None:
    for row in _TROUBLES:
        assert row in REASONS
        assert ADVICE[row]
