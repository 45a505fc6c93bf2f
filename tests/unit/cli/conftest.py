"""How the command line is called in these tests: in a process of its own, because some commands become another one."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Done = subprocess.CompletedProcess[str]


@pytest.fixture
def dunnage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """`dunnage(*words, cwd=…, env=…, input=…)`, with the test's own environment unless given."""
    for name in (
        "DUNNAGE_REQUIRE",
        "DUNNAGE_TEST_CACHE",
    ):  # the tests' own: `dunnage config` asks what they mean
        monkeypatch.delenv(name, raising=False)

    def call(
        *words: str, cwd: Path = tmp_path, env: dict[str, str] | None = None, stdin: str | None = None
    ) -> Done:
        return subprocess.run(
            [sys.executable, "-m", "dunnage", *words],
            cwd=cwd,
            env=env,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            check=False,
        )

    return call


@pytest.fixture
def fake_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """`fake_tool("docker")` puts a program of that name in front of PATH. It writes its words and the variables that
    matter into the file that is returned, a line each, says nothing, and ends with 9."""
    directory = tmp_path / "tools"
    directory.mkdir()
    monkeypatch.setenv("PATH", f"{directory}:/usr/bin:/bin")

    def make(name: str) -> Path:
        seen = tmp_path / f"{name}.seen"
        tool = directory / name
        tool.write_text(
            "#!/bin/sh\n"
            f'{{ for word; do echo "word $word"; done; env | grep -E "^(CROSS|DOCKER|RUSTC|DUNNAGE)_"; }} >{seen}\n'
            "exit 9\n"
        )
        tool.chmod(0o755)
        return seen

    return make
