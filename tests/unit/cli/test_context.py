"""What commands begin with."""

import os
from pathlib import Path

import pytest

from dunnage.cli import context
from dunnage.config.settings import defaults
from dunnage.errors import ConfigError


def test_places_are_the_environments(dunnage_dir: Path) -> None:
    assert context.places().base == dunnage_dir


def test_settings_are_those_of_the_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "dunnage.toml").write_text('container_arch = "riscv64"\n')
    monkeypatch.chdir(project)
    assert context.settings().container_arch == "riscv64"
    (project / "dunnage.toml").write_text("size_max = 1\n")
    with pytest.raises(ConfigError, match="a project may not set size_max"):
        context.settings()


def test_a_directory_that_is_gone_has_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert context.settings() == defaults()
    os.chdir(tmp_path)


def test_asking_starts_a_daemon_and_then_uses_it() -> None:
    assert context.ask("stats")["outcomes"]["hit"] == 0
    first = context.ask("status")["pid"]
    assert context.ask("status")["pid"] == first
