"""The patient: everything is asked when a check wants to know it, and nothing is started."""

import os
from pathlib import Path

import pytest

from dunnage.config.settings import defaults
from dunnage.doctor.patient import Patient, Said
from dunnage.errors import DunnageError, NotRunning
from support.running import Running


def patient(**more: str) -> Patient:
    return Patient({**os.environ, **more}, "/")


def test_without_a_daemon(dunnage_dir: Path) -> None:
    found = patient()
    for answer in (found.status, found.remotes, found.stats, found.daemon_settings):
        assert isinstance(answer, NotRunning)
    assert not found.is_running
    assert found.places.base == dunnage_dir
    assert not dunnage_dir.exists()


def test_with_a_daemon() -> None:
    running = Running()
    found = patient()
    assert found.is_running
    assert not isinstance(found.status, DunnageError)
    assert found.status["pid"] == running.pid
    assert not isinstance(found.remotes, DunnageError)
    assert found.remotes["remotes"] == []
    assert not isinstance(found.stats, DunnageError)
    assert found.stats["outcomes"]["hit"] == 0
    assert not isinstance(found.daemon_settings, DunnageError)
    assert found.daemon_settings["settings"]["size_max"] == "10.0 GiB"
    running.close()


def test_settings_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "dunnage.toml").write_text("size_max = 1\n")
    found = Patient({**os.environ, "DUNNAGE_LOG_LEVEL": "debug"}, str(tmp_path))
    (trouble,) = found.settings_trouble
    assert "a project may not set size_max" in trouble.message
    assert found.settings == found.own_settings
    assert found.own_settings.log_level == "debug"
    odd = patient(DUNNAGE_SIZE_MAX="much")
    assert len(odd.settings_trouble) == 1
    assert odd.settings == defaults()
    assert patient().settings_trouble == []


def test_programs(tmp_path: Path) -> None:
    tool = tmp_path / "tool"
    tool.write_text('#!/bin/sh\necho "$WORD"; echo first >&2; echo last >&2; exit 3\n')
    tool.chmod(0o755)
    found = Patient({"PATH": f"{tmp_path}:/usr/bin:/bin", "WORD": "hello"}, str(tmp_path))
    assert found.which("tool") == str(tool)
    assert found.which("none") is None
    said = found.run("tool")
    assert said == Said(3, "hello\n", "first\nlast\n")
    assert (said.first, said.trouble) == ("hello", "last")
    tool.unlink()
    assert found.run("tool") == said, "each command line is run once"
    assert found.run("none").code is None
    assert found.run("none").trouble == "No such file or directory"


def test_rustup_installs_nothing_for_our_sake() -> None:
    assert patient().run("sh", "-c", "echo $RUSTUP_AUTO_INSTALL").first == "0"


def test_a_program_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dunnage.doctor.patient.ENGINE_ANSWER_TIMEOUT_S", 0.01)
    assert "did not answer within" in patient().run("sleep", "60").trouble


def test_in_a_directory_that_is_gone(tmp_path: Path) -> None:
    assert Patient(os.environ, str(tmp_path / "gone")).run("pwd").out == "/\n"
