"""Findings: how bad, what, why, and what to do."""

from dunnage.doctor.finding import Finding, Level, error, failed, note, ok, warning
from dunnage.errors import ConfigError


def test_each_level() -> None:
    assert ok("fine") == Finding(Level.OK, "fine", "", "")
    assert note("so", "because", "nothing") == Finding(Level.NOTE, "so", "because", "nothing")
    assert warning("so", "because", "do") == Finding(Level.WARNING, "so", "because", "do")
    assert error("so", "because", "do") == Finding(Level.ERROR, "so", "because", "do")


def test_an_error_of_ours() -> None:
    assert failed(ConfigError("It is odd.", hint="Mend it.")) == Finding(
        Level.ERROR, "It is odd.", "", "Mend it."
    )
