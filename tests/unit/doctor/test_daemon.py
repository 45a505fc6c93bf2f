"""A daemon that does not answer, is another one, or goes by what was set once."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dunnage import __version__
from dunnage.config.places import Places
from dunnage.doctor import daemon
from dunnage.doctor.daemon import check
from dunnage.doctor.finding import Level
from dunnage.doctor.patient import Patient
from dunnage.errors import VersionMismatch
from support.running import Running


def test_none_runs(ill: Callable[..., Patient], dunnage_dir: Path) -> None:
    (finding,) = check(ill())
    assert (finding.level, finding.what) == (Level.OK, "none runs; the next build starts one")
    assert not dunnage_dir.exists()


def test_one_runs_and_goes_by_other_settings(ill: Callable[..., Patient]) -> None:
    running = Running()
    (finding,) = check(ill())
    assert (finding.level, finding.what) == (Level.OK, f"runs: pid {running.pid}, version {__version__}")
    _, other = check(ill(DUNNAGE_SIZE_MAX="1GiB", DUNNAGE_REMOTES="file:///x", DUNNAGE_PORTABLE="1"))
    assert other.level is Level.WARNING
    assert other.what == "The daemon goes by other settings than are set now: size_max, remotes."
    assert "dunnage stop" in other.cure
    running.close()


def test_one_of_another_version(ill: Callable[..., Patient], monkeypatch: pytest.MonkeyPatch) -> None:
    running = Running()
    monkeypatch.setattr(daemon, "__version__", "9.9.9")
    (finding,) = check(ill())
    assert finding.level is Level.WARNING
    assert finding.what == f"The daemon is dunnage {__version__}, and this is 9.9.9."
    running.close()


def test_one_that_cannot_use_its_store(ill: Callable[..., Patient], dunnage_dir: Path) -> None:
    dunnage_dir.mkdir()
    (dunnage_dir / "store").write_text("in the way")
    running = Running()
    _, finding = check(ill())
    assert finding.level is Level.ERROR
    assert finding.what.startswith("The daemon cannot use its store: The store in ")
    running.close()


def test_one_whose_socket_is_gone(ill: Callable[..., Patient], dunnage_dir: Path) -> None:
    """And one of another version beside it."""
    held = []
    for version in (__version__, "0.0.9"):
        places = Places(dunnage_dir, version)
        places.run.mkdir(parents=True)
        descriptor = os.open(places.lock, os.O_RDWR | os.O_CREAT)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        held.append(descriptor)
    silent, other = check(ill())
    assert silent.level is Level.ERROR
    assert silent.what == "A daemon is alive, and nobody answers at its socket."
    assert (other.level, other.what) == (Level.NOTE, "A daemon of dunnage 0.0.9 runs, too.")
    for descriptor in held:
        os.close(descriptor)


def test_one_that_is_not_understood(ill: Callable[..., Patient]) -> None:
    patient = ill()
    patient.__dict__["status"] = VersionMismatch("It speaks another language.")
    (finding,) = check(patient)
    assert (finding.level, finding.what) == (Level.ERROR, "It speaks another language.")
