"""What somebody has switched off."""

from collections.abc import Callable

from dunnage.doctor.finding import Level
from dunnage.doctor.patient import Patient
from dunnage.doctor.switches import check


def test_nothing(ill: Callable[..., Patient]) -> None:
    (finding,) = check(ill(DUNNAGE_DISABLE="0"))
    assert finding.level is Level.OK


def test_each(ill: Callable[..., Patient]) -> None:
    off, verify, replay, observe = check(
        ill(DUNNAGE_DISABLE="1", DUNNAGE_VERIFY="1", DUNNAGE_REPLAY="off", DUNNAGE_OBSERVE="0")
    )
    assert (off.level, off.cure) == (Level.WARNING, "`unset DUNNAGE_DISABLE`.")
    assert verify.what == "verify is on, by DUNNAGE_VERIFY."
    assert replay.what == "replay is off, by DUNNAGE_REPLAY."
    assert observe.what == "observe is off, by DUNNAGE_OBSERVE."
    assert {verify.level, replay.level, observe.level} == {Level.NOTE}
