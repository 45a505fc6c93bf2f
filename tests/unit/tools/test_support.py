"""The tests' own helpers: what is required is red when it is missing, and no daemon outlives its test."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support import require as required
from support.daemons import end, processes_of, stop_daemons

SLEEPER = [sys.executable, "-c", "import signal, sys; print(flush=True); signal.pause()"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint(flush=True)\nwhile True: signal.pause()",
]


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(required.PARTS, "unobtainium", lambda: "nobody has it")
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("DUNNAGE_REQUIRE", raising=False)
    required.missing.cache_clear()
    return "unobtainium"


def test_a_missing_part_skips_with_its_reason(absent: str) -> None:
    with pytest.raises(pytest.skip.Exception, match="unobtainium: nobody has it"):
        required.require(absent)


@pytest.mark.parametrize(("name", "value"), [("CI", "true"), ("DUNNAGE_REQUIRE", "docker, unobtainium")])
def test_a_missing_part_is_red_where_it_may_not_be_missing(
    absent: str, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(pytest.fail.Exception, match="nobody has it"):
        required.require(absent)


def test_another_part_may_still_be_missing(absent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUNNAGE_REQUIRE", "docker,unobtainium-light")
    with pytest.raises(pytest.skip.Exception):
        required.require(absent)


def test_a_part_that_is_there_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setitem(required.PARTS, "air", lambda: asked.append(1))
    required.missing.cache_clear()
    required.require("air")
    required.require("air")
    assert asked == [1]


def start(argv: list[str], **environ: str) -> subprocess.Popen[bytes]:
    """A process that has said that it is up."""
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, env={**os.environ, **environ})
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    return process


def test_a_process_is_found_by_its_environment_and_ended(tmp_path: Path) -> None:
    process = start(SLEEPER, DUNNAGE_DIR=str(tmp_path / "d"))
    assert processes_of(tmp_path / "d") == [process.pid]
    stop_daemons(tmp_path / "d")
    assert process.wait() == -15


def test_a_process_is_found_by_its_command_line(tmp_path: Path) -> None:
    process = start([*SLEEPER, str(tmp_path / "d" / "run")], DUNNAGE_DIR="")
    assert processes_of(tmp_path / "d") == [process.pid]
    stop_daemons(tmp_path / "d")
    assert process.wait() == -15


def test_a_directory_whose_name_begins_alike_is_another(tmp_path: Path) -> None:
    process = start(SLEEPER, DUNNAGE_DIR=str(tmp_path / "d2"))
    assert processes_of(tmp_path / "d") == []
    stop_daemons(tmp_path / "d2")
    process.wait()


def test_what_does_not_listen_is_killed() -> None:
    process = start(STUBBORN)
    end(process.pid, patience_s=0.05)
    assert process.wait() == -9
