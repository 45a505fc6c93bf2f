"""A whole life in CI: the example workflow's steps on machines that are thrown away, over a faithful fake of GitHub's
cache. What the first job compiled, the second one fetches, in a few requests.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.action_runner import CHECKOUT
from support.builds import differences, files_of
from support.ci_machines import REQUESTS_MAX, Machines, counted, succeeded
from support.everything import one_of_everything
from support.remotes.gha_entries import READ, WRITE
from support.remotes.gha_service import MAIN, GhaService, gha_service

WORKFLOW = CHECKOUT / "examples/github/cargo.yml"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[GhaService]:
    with gha_service(tmp_path / "service") as service:
        yield service


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all machines stand, so that dunnage is installed once: that takes longer than the jobs."""
    return tmp_path_factory.mktemp("place")


@pytest.fixture
def machines(tmp_path: Path, place: Path, service: GhaService) -> Iterator[Machines]:
    source, home = one_of_everything(tmp_path / "repository")
    made = Machines(place, service, source, {"CARGO_HOME": str(home)})
    yield made
    made.end()


def test_the_second_job_compiles_nothing(machines: Machines, service: GhaService) -> None:
    first = succeeded(machines.job(WORKFLOW))
    hits, misses = counted(first)
    assert misses > 10
    assert "went to gha://" in first.summary
    assert len(service.asked) <= REQUESTS_MAX
    made = files_of(first.workspace / "target")
    second = succeeded(machines.job(WORKFLOW))
    hits, misses = counted(second)
    assert (misses, hits > 10) == (0, True), second.summary
    assert len(service.asked) <= REQUESTS_MAX, service.asked
    assert differences(made, files_of(second.workspace / "target")) == []


def test_later_steps_have_no_token(machines: Machines, service: GhaService) -> None:
    job = succeeded(machines.job(WORKFLOW))
    secret = service.environ((MAIN, READ | WRITE))["ACTIONS_RUNTIME_TOKEN"]
    told = json.dumps(job.environ) + "".join(step.said for step in job.steps) + job.summary
    assert secret not in told
    assert not [name for name in job.environ if name.startswith("ACTIONS_")]
    assert job.environ["RUSTC_WRAPPER"].endswith("/sccache")
    assert "/dunnage/run" in job.environ["CROSS_CONTAINER_OPTS"]


def test_a_pull_request_reads_and_changes_nothing(machines: Machines, service: GhaService) -> None:
    succeeded(machines.job(WORKFLOW))
    keys = service.keys()
    pull = "refs/pull/7/merge"
    request = succeeded(
        machines.job(WORKFLOW, (pull, READ | WRITE), (MAIN, READ), event="pull_request", ref=pull)
    )
    assert counted(request)[1] == 0, request.summary
    (machines.source / "native/src/deep.c").write_text(
        '#include "deep.h"\nint deep(void) { return deeper() + 3 + 0 * 666; }\n'
    )
    evil = succeeded(
        machines.job(WORKFLOW, (pull, READ | WRITE), (MAIN, READ), event="pull_request", ref=pull)
    )
    assert counted(evil)[1] > 0
    assert service.keys() == keys


def test_without_a_service_the_job_builds_all_the_same(machines: Machines, service: GhaService) -> None:
    service.knobs.busy = lambda _: True
    job = machines.job(WORKFLOW, environ={"DUNNAGE_DRAIN_TIMEOUT": "2s"})
    assert [step.returncode for step in job.steps] == [0] * len(job.steps)
    assert counted(job)[0] == 0
    assert any("::warning title=dunnage::" in step.said for step in job.steps)
