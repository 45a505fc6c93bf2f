"""Where nothing can be observed."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dunnage.config.clients import client_dir, host_arch
from dunnage.doctor import observing
from dunnage.doctor.finding import Level
from dunnage.doctor.observing import check
from dunnage.doctor.patient import Patient
from dunnage.errors import ClientMissing
from support.require import require


def test_all_is_well() -> None:
    require("cargo")
    environ = {**os.environ, "LD_PRELOAD": ""}
    (finding,) = check(Patient(environ, "/"))
    assert finding.level is Level.OK


def test_it_is_off(ill: Callable[..., Patient]) -> None:
    (finding,) = check(ill(DUNNAGE_OBSERVE="0"))
    assert (finding.level, finding.what) == (Level.NOTE, "Nothing is observed: observe is off.")


def test_an_installation_without_it_and_at_an_odd_place(
    ill: Callable[..., Patient], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(observing, "client_dir", lambda arch: tmp_path)
    (absent,) = check(ill())
    assert (absent.level, absent.what) == (Level.WARNING, f"The library {tmp_path}/observe.so is not there.")
    odd = tmp_path / "with blank"
    odd.mkdir()
    (odd / "observe.so").touch()
    monkeypatch.setattr(observing, "client_dir", lambda arch: odd)
    (finding,) = check(ill())
    assert "blanks or colons" in finding.what

    def missing(arch: str) -> Path:
        raise ClientMissing("None.")

    monkeypatch.setattr(observing, "client_dir", missing)
    (finding,) = check(ill())
    assert finding.level is Level.OK


def test_a_static_rustc(ill: Callable[..., Patient], tmp_path: Path) -> None:
    """The client is a static program, too."""
    (tmp_path / "sysroot/bin").mkdir(parents=True)
    shutil.copy(client_dir(host_arch()) / "dunnage", tmp_path / "sysroot/bin/rustc")
    (finding,) = check(ill({"rustc": f"echo {tmp_path}/sysroot"}))
    assert (finding.level, finding.what) == (
        Level.WARNING,
        f"{tmp_path}/sysroot/bin/rustc is a static program.",
    )


def test_others_that_are_preloaded(ill: Callable[..., Patient]) -> None:
    (finding,) = check(ill(LD_PRELOAD="/usr/lib/libeatmydata.so"))
    assert (finding.level, finding.what) == (Level.NOTE, "LD_PRELOAD is /usr/lib/libeatmydata.so here.")
