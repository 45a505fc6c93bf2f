"""cargo's configuration: the nearest file wins, and cargo home comes last."""

from collections.abc import Callable
from pathlib import Path

from dunnage.doctor.cargo_files import configurations, setting
from dunnage.doctor.patient import Patient


def test_the_nearest_wins(ill: Callable[..., Patient], tmp_path: Path) -> None:
    patient = ill()
    near, home = Path(patient.cwd, ".cargo"), tmp_path / "home/.cargo"
    for directory in (near, home):
        directory.mkdir(parents=True)
    assert setting(patient, "rustc-wrapper") is None
    (home / "config.toml").write_text('[build]\nrustc-wrapper = "far"\njobs = 3\n')
    assert setting(patient, "rustc-wrapper") == (home / "config.toml", "far")
    (near / "config.toml").write_text('[build]\nrustc-wrapper = "near"\n')
    assert setting(patient, "rustc-wrapper") == (near / "config.toml", "near")
    assert setting(patient, "jobs") == (home / "config.toml", 3)
    (near / "config").write_text('[build]\nrustc-wrapper = "old"\n')
    assert setting(patient, "rustc-wrapper") == (near / "config", "old")


def test_another_cargo_home_and_files_that_cannot_be_read(
    ill: Callable[..., Patient], tmp_path: Path
) -> None:
    home = tmp_path / "cargo"
    home.mkdir()
    patient = ill(CARGO_HOME=str(home))
    (home / "config.toml").write_text("[build\n")
    assert list(configurations(patient)) == []
    (home / "config.toml").write_text("build = 3\n")
    assert len(list(configurations(patient))) == 1
    assert setting(patient, "jobs") is None
