"""A whole life in CI: the example workflow's steps on machines that are thrown away, over a faithful fake of GitHub's
cache. What the first job compiled, the second one fetches, in a few requests.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.action_runner import CHECKOUT, Job
from support.builds import differences, files_of
from support.daemons import stop_daemons
from support.everything import one_of_everything
from support.remotes.gha_entries import READ, WRITE
from support.remotes.gha_service import MAIN, GhaService, gha_service

WORKFLOW = CHECKOUT / "examples/github/cargo.yml"
REQUESTS_MAX = 10
"""What a job may ask of the cache service."""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[GhaService]:
    with gha_service(tmp_path / "service") as service:
        yield service


class Machines:
    """Jobs of one repository, each on a new machine at the same place."""

    def __init__(self, directory: Path, service: GhaService) -> None:
        self._directory = directory / "machine"
        self._service = service
        self.source, self._home = one_of_everything(directory / "repository")
        self._event = directory / "event.json"
        self._event.write_text(json.dumps({"repository": {"default_branch": "main"}}))
        self._count = 0

    def job(self, event: str = "push", ref: str = MAIN, *scopes: tuple[str, int], **knobs: str) -> Job:
        """Play the workflow on a new machine, which is gone at the next call."""
        venv, kept = self._directory / "temp/dunnage/venv", self._directory.with_name("kept-venv")
        if self._directory.exists():
            stop_daemons(self._directory / "temp/dunnage/home")
            venv.rename(kept)
            shutil.rmtree(self._directory)
            venv.parent.mkdir(parents=True)
            kept.rename(venv)  # the same for every job, and slow to make
        self._count += 1
        github = {
            "GITHUB_EVENT_NAME": event, "GITHUB_REF": ref, "GITHUB_EVENT_PATH": str(self._event),
            "GITHUB_WORKFLOW": "build", "GITHUB_JOB": "build", "GITHUB_RUN_ID": str(self._count),
            "GITHUB_RUN_ATTEMPT": "1", "GITHUB_SERVER_URL": "https://github.com", "RUNNER_OS": "Linux",
            "RUNNER_ARCH": "X64",
        }  # fmt: skip
        self._service.asked.clear()
        job = Job(
            self._directory, self._service.environ(*(scopes or ((ref, READ | WRITE),)), **knobs), github,
            checkout=lambda workspace: shutil.copytree(self.source, workspace),
            environ={"CARGO_HOME": str(self._home), "CARGO_NET_OFFLINE": "true"},
        )  # fmt: skip
        return job.play(WORKFLOW, "build")


@pytest.fixture
def machines(tmp_path: Path, service: GhaService) -> Iterator[Machines]:
    made = Machines(tmp_path, service)
    yield made
    stop_daemons(tmp_path / "machine/temp/dunnage/home")


def succeeded(job: Job) -> Job:
    for step in job.steps:
        assert step.returncode == 0, step.said
        assert "::warning" not in step.said, step.said
    return job


def counted(job: Job) -> tuple[int, int]:
    """Hits and misses, by the job's summary."""
    line = next(line for line in job.summary.splitlines() if line.startswith("| ") and "%" in line)
    hits, misses = line.strip("| ").split(" | ")[:2]
    return int(hits.replace(",", "")), int(misses.replace(",", ""))


def test_the_second_job_compiles_nothing(machines: Machines, service: GhaService) -> None:
    first = succeeded(machines.job())
    hits, misses = counted(first)
    assert misses > 10
    assert "went to gha://" in first.summary
    assert len(service.asked) <= REQUESTS_MAX
    made = files_of(first.workspace / "target")
    second = succeeded(machines.job())
    hits, misses = counted(second)
    assert (misses, hits > 10) == (0, True), second.summary
    assert len(service.asked) <= REQUESTS_MAX, service.asked
    assert differences(made, files_of(second.workspace / "target")) == []


def test_later_steps_have_no_token(machines: Machines, service: GhaService) -> None:
    job = succeeded(machines.job())
    secret = service.environ((MAIN, READ | WRITE))["ACTIONS_RUNTIME_TOKEN"]
    told = json.dumps(job.environ) + "".join(step.said for step in job.steps) + job.summary
    assert secret not in told
    assert not [name for name in job.environ if name.startswith("ACTIONS_")]
    assert job.environ["RUSTC_WRAPPER"].endswith("/sccache")
    assert "/dunnage/run" in job.environ["CROSS_CONTAINER_OPTS"]


def test_a_pull_request_reads_and_changes_nothing(machines: Machines, service: GhaService) -> None:
    succeeded(machines.job())
    keys = service.keys()
    pull = "refs/pull/7/merge"
    request = succeeded(machines.job("pull_request", pull, (pull, READ | WRITE), (MAIN, READ)))
    assert counted(request)[1] == 0, request.summary
    (machines.source / "native/src/deep.c").write_text(
        '#include "deep.h"\nint deep(void) { return deeper() + 3 + 0 * 666; }\n'
    )
    evil = succeeded(machines.job("pull_request", pull, (pull, READ | WRITE), (MAIN, READ)))
    assert counted(evil)[1] > 0
    assert service.keys() == keys


def test_without_a_service_the_job_builds_all_the_same(machines: Machines, service: GhaService) -> None:
    service.knobs.busy = lambda _: True
    job = machines.job()
    assert [step.returncode for step in job.steps] == [0] * len(job.steps)
    assert counted(job)[0] == 0
    assert any("::warning title=dunnage::" in step.said for step in job.steps)
