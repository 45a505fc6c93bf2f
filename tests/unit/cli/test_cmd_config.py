"""`dunnage config`: values with their origins, and variables that mean nothing."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from support.projects import small


def test_every_setting_with_its_origin(
    dunnage: Callable, dunnage_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('size_max = "5GiB"\n')
    monkeypatch.setenv("DUNNAGE_CONFIG", str(mine))
    monkeypatch.setenv("DUNNAGE_LOG_LEVEL", "debug")
    done = dunnage("config")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines[0] == ["setting", "value", "origin", "variable"]
    assert ["size_max", "5.0", "GiB", str(mine), "DUNNAGE_SIZE_MAX"] in lines
    assert ["log_level", "debug", "DUNNAGE_LOG_LEVEL", "DUNNAGE_LOG_LEVEL"] in lines
    assert ["container_arch", "auto", "default", "DUNNAGE_CONTAINER_ARCH"] in lines
    assert ["(directory)", str(dunnage_dir), "DUNNAGE_DIR", "DUNNAGE_DIR"] in lines
    assert done.stderr == ""


def test_json(dunnage: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUNNAGE_IDLE_TIMEOUT", "1h30m")
    document = json.loads(dunnage("config", "--json").stdout)
    assert document["settings"]["idle_timeout"] == {
        "value": 5400,
        "origin": "DUNNAGE_IDLE_TIMEOUT",
        "env": "DUNNAGE_IDLE_TIMEOUT",
    }


def test_a_variable_that_means_nothing_is_asked_about(
    dunnage: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUNNAGE_SIZEMAX", "1GiB")
    done = dunnage("config")
    assert done.returncode == 0
    assert done.stderr == "dunnage: DUNNAGE_SIZEMAX means nothing. Did you mean DUNNAGE_SIZE_MAX?\n"


def test_a_wrong_value_is_10(dunnage: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUNNAGE_LOG_LEVEL", "loud")
    done = dunnage("config")
    assert (done.returncode, done.stdout) == (10, "")
    assert "`loud` is not one of debug, info, warning, error" in done.stderr


def test_settings_for_a_debugger(dunnage: Callable, tmp_path: Path) -> None:
    done = dunnage("config", "--debugger", "gdb", cwd=small(tmp_path / "small"))
    assert f"set substitute-path /dunnage/workspace {tmp_path}/small\n" in done.stdout
    assert done.stderr == ""
    done = dunnage("config", "--debugger", "gdb")
    assert (done.returncode, done.stdout) == (2, "")


def test_extra_inputs_and_a_glob_that_stands_for_nothing(
    dunnage: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('[[extra-inputs]]\npackage = "app"\nfiles = ["*.toml", "*.sql"]\n')
    monkeypatch.setenv("DUNNAGE_CONFIG", str(mine))
    done = dunnage("config")
    assert done.returncode == 0
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["app", "*.toml", "1", str(mine)] in lines
    assert ["app", "*.sql", "0", str(mine)] in lines
    assert done.stderr == f"dunnage: {mine}: `*.sql` stands for no file.\n"
    document = json.loads(dunnage("config", "--json").stdout)
    assert document["extra_inputs"] == [
        {"package": ["app"], "files": {"*.toml": 1, "*.sql": 0}, "env": [], "origin": str(mine)}
    ]


def test_extra_inputs_that_are_not_understood_are_10(
    dunnage: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text('[[extra-inputs]]\npackage = "app"\n')
    monkeypatch.setenv("DUNNAGE_CONFIG", str(mine))
    done = dunnage("config")
    assert (done.returncode, done.stdout) == (10, "")
    assert done.stderr.startswith(
        f"dunnage: {mine}: extra-inputs, table 1: it names neither files nor env. Such a table begins with"
    )
