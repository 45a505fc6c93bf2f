"""Who stands in front of rustc."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dunnage.config.clients import client_dir, host_arch
from dunnage.doctor import wrapper
from dunnage.doctor.finding import Level
from dunnage.doctor.patient import Patient
from dunnage.doctor.wrapper import check
from dunnage.errors import ClientMissing

CLIENT = str(client_dir(host_arch()) / "sccache")


def configured(patient: Patient, text: str) -> None:
    directory = Path(patient.cwd, ".cargo")
    directory.mkdir(exist_ok=True)
    (directory / "config.toml").write_text(f"[build]\n{text}\n")


def test_nobody(ill: Callable[..., Patient]) -> None:
    (finding,) = check(ill(RUSTC_WRAPPER=""))
    assert finding.level is Level.OK


def test_somebody_else(ill: Callable[..., Patient]) -> None:
    (finding,) = check(ill({"kachle": "exit 0"}, RUSTC_WRAPPER="kachle"))
    assert (finding.level, finding.what) == (Level.WARNING, "RUSTC_WRAPPER is kachle here.")
    assert "dunnage run -- cargo build" in finding.cure


def test_one_that_is_gone(ill: Callable[..., Patient]) -> None:
    (finding,) = check(ill(CARGO_BUILD_RUSTC_WRAPPER="/old/clients/sccache"))
    assert finding.level is Level.ERROR
    assert finding.what == "CARGO_BUILD_RUSTC_WRAPPER is /old/clients/sccache, which is not there."


def test_ours(ill: Callable[..., Patient], dunnage_dir: Path) -> None:
    socket = str(ill().places.host_socket)
    (on,) = check(ill(RUSTC_WRAPPER=CLIENT, DUNNAGE_SOCKET=socket))
    assert (on.level, on.what) == (Level.OK, "this shell is switched on")
    (off,) = check(ill(RUSTC_WRAPPER=CLIENT))
    assert (off.level, "DUNNAGE_SOCKET is not set" in off.what) == (Level.WARNING, True)
    (other,) = check(ill(RUSTC_WRAPPER=CLIENT, DUNNAGE_SOCKET="/elsewhere/sock"))
    assert "DUNNAGE_SOCKET is /elsewhere/sock, and the daemon is at" in other.what
    assert "dunnage env" in other.cure


def test_cargos_configuration(ill: Callable[..., Patient]) -> None:
    patient = ill()
    configured(patient, 'rustc-wrapper = "sccache"')
    (finding,) = check(patient)
    assert finding.level is Level.NOTE
    assert finding.what == f"build.rustc-wrapper in {patient.cwd}/.cargo/config.toml is sccache."
    configured(patient, f'rustc-wrapper = "{CLIENT}"')
    (ours,) = check(patient)
    assert ours.what.endswith("is dunnage's client.")
    configured(patient, 'rustc-wrapper = ""')
    assert [each.level for each in check(patient)] == [Level.OK]


def test_the_workspaces_own_crates(ill: Callable[..., Patient]) -> None:
    (finding,) = check(ill(RUSTC_WORKSPACE_WRAPPER="spy"))
    assert (finding.level, finding.what) == (Level.WARNING, "RUSTC_WORKSPACE_WRAPPER is spy.")
    assert [each.level for each in check(ill(RUSTC_WORKSPACE_WRAPPER="/x/clippy-driver"))] == [Level.OK]
    patient = ill()
    configured(patient, 'rustc-workspace-wrapper = "spy"')
    (finding,) = check(patient)
    assert finding.what.startswith("build.rustc-workspace-wrapper in ")


def test_without_a_client_of_ours(ill: Callable[..., Patient], monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(arch: str) -> Path:
        raise ClientMissing("None.")

    monkeypatch.setattr(wrapper, "client_dir", missing)
    (finding,) = check(ill(RUSTC_WRAPPER=CLIENT))
    assert finding.level is Level.WARNING
