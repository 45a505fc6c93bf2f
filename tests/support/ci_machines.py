"""Jobs of one repository on GitHub: each on a new machine at the same place, played by `support.action_runner` over the
fake of GitHub's cache.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support.action_runner import Job
from support.commands import TIMEOUT_S
from support.daemons import stop_daemons
from support.remotes.gha_entries import READ, WRITE
from support.remotes.gha_service import MAIN, GhaService

REQUESTS_MAX = 10
"""What a job may ask of the cache service."""


@dataclass
class Machines:
    """Each machine is there until the next job begins."""

    base: Path
    service: GhaService
    source: Path
    """What is checked out."""
    environ: Mapping[str, str]
    """What the steps of all jobs see beside."""
    timeout_s: int = TIMEOUT_S
    """How long a step may take."""
    _count: int = field(default=0, init=False)

    @property
    def directory(self) -> Path:
        """Where everything of a machine is."""
        return self.base / "machine"

    def job(
        self,
        workflow: Path,
        *scopes: tuple[str, int],
        event: str = "push",
        ref: str = MAIN,
        matrix: Mapping[str, Any] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Job:
        """Play the job `build` of a workflow. `scopes`: of the job's token, unless it is that of its own branch."""
        self._wipe()
        self._count += 1
        told = self.base / "event.json"
        told.write_text(json.dumps({"repository": {"default_branch": "main"}}))
        github = {
            "GITHUB_EVENT_NAME": event, "GITHUB_REF": ref, "GITHUB_EVENT_PATH": str(told),
            "GITHUB_WORKFLOW": "build", "GITHUB_JOB": "build", "GITHUB_RUN_ID": str(self._count),
            "GITHUB_RUN_ATTEMPT": "1", "GITHUB_SERVER_URL": "https://github.com", "RUNNER_OS": "Linux",
            "RUNNER_ARCH": "X64",
        }  # fmt: skip
        self.service.asked.clear()
        self.service.left.clear()
        job = Job(
            self.directory, self.service.environ(*(scopes or ((ref, READ | WRITE),))), github, matrix,
            checkout=lambda workspace: shutil.copytree(self.source, workspace, symlinks=True),
            environ={"CARGO_NET_OFFLINE": "true", **self.environ, **(environ or {})}, timeout_s=self.timeout_s,
        )  # fmt: skip
        return job.play(workflow, "build")

    def end(self) -> None:
        """Nothing of a machine runs any more."""
        stop_daemons(self.directory / "temp/dunnage/home")

    def _wipe(self) -> None:
        venv, kept = self.directory / "temp/dunnage/venv", self.base / "kept-venv"
        if self.directory.exists():
            self.end()
            venv.rename(kept)
            shutil.rmtree(self.directory)
            venv.parent.mkdir(parents=True)
            kept.rename(venv)  # the same for every job, and slow to make


def succeeded(job: Job) -> Job:
    """The job, all of whose steps went well."""
    for step in job.steps:
        assert step.returncode == 0, step.said[-8000:]
        assert "::warning" not in step.said, step.said[-8000:]
    return job


def counted(job: Job) -> tuple[int, int]:
    """Hits and misses, by the job's summary."""
    line = next(line for line in job.summary.splitlines() if line.startswith("| ") and "%" in line)
    hits, misses = line.strip("| ").split(" | ")[:2]
    return int(hits.replace(",", "")), int(misses.replace(",", ""))
