"""Patients whose world is made for a test, and mounts that only one process sees."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dunnage.doctor.patient import Patient
from support.require import require

Ill = Callable[..., Patient]
Mounted = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def ill(tmp_path: Path) -> Ill:
    """`ill(tools={"docker": "echo hello"}, VARIABLE="value")`: a patient with these programs alone in PATH (and a
    shell's), in an empty directory of a project.
    """
    tools = tmp_path / "tools"
    tools.mkdir()
    cwd = tmp_path / "project"
    cwd.mkdir()

    def made(tools_: dict[str, str] | None = None, **variables: str) -> Patient:
        for name, script in (tools_ or {}).items():
            (tools / name).write_text(f"#!/bin/sh\n{script}\n")
            (tools / name).chmod(0o755)
        environ = {name: value for name, value in os.environ.items() if name.startswith("DUNNAGE_")}
        for name in ("DUNNAGE_REQUIRE", "DUNNAGE_TEST_CACHE"):  # the tests' own
            environ.pop(name, None)
        home = {"HOME": str(tmp_path / "home"), "PATH": str(tools)}
        return Patient(environ | home | variables, str(cwd))

    return made


@pytest.fixture
def mounted(tmp_path: Path) -> Mounted:
    """`mounted("directory", "-o ro", env={…})`: what a check finds where a tmpfs with these options is mounted at
    `tmp_path / "mount"`.
    """
    require("tmpfs")
    (tmp_path / "mount").mkdir()

    def found(
        check: str, options: str, before: str = ":", env: dict[str, str] | None = None
    ) -> list[dict[str, Any]]:
        script = f'mount -t tmpfs -o size=64m none "$0" && {before} && mount -o remount,{options} "$0" && exec "$@"'
        words = [sys.executable, "-m", "dunnage", "doctor", check, "--json"]
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", script, str(tmp_path / "mount"), *words],
            env={**os.environ, **(env or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout, done.stderr
        rows: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
        return rows

    return found
