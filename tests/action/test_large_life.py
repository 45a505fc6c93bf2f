"""A life in CI of a project of some 400 units, cargo-nextest: ten requests a job are enough, the second machine
compiles nothing, and its build goes on while the packs are still arriving.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from support import projects
from support.action_runner import CHECKOUT
from support.builds import differences, files_of
from support.ci_machines import REQUESTS_MAX, Machines, counted, succeeded
from support.commands import LARGE_TIMEOUT_S
from support.remotes.gha_service import GhaService, gha_service

pytestmark = [pytest.mark.large, pytest.mark.timeout(10800)]

FIRST = "cargo build --locked -p cfg-if"
"""Something that a build begins with."""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[GhaService]:
    with gha_service(tmp_path / "service") as service:
        yield service


def workflow(directory: Path) -> Path:
    """The example for plain cargo, without the project's own tests; it looks at the clock after its first hit."""
    told = yaml.safe_load((CHECKOUT / "examples/github/cargo.yml").read_text())
    job = told["jobs"]["build"]
    build = {"run": "cargo build --locked"}
    assert build in job["steps"]
    begins = {
        "run": f"{FIRST}\ndunnage stats --json\npython3 -c 'import time; print(\"clock:\", time.monotonic())'\n"
    }
    job["steps"] = [*job["steps"][: job["steps"].index(build)], begins, build]
    path = directory / "workflow.yml"
    path.write_text(yaml.safe_dump({**told, True: None}))
    return path


@pytest.mark.parametrize(
    ("fetch", "units_min", "bytes_per_s"),
    [(projects.ripgrep, 30, 10e6), (projects.nextest, 400, 20e6)],
    ids=["ripgrep", "nextest"],
)
def test_a_life(
    tmp_path: Path,
    service: GhaService,
    fetch: Callable[[], projects.Project],
    units_min: int,
    bytes_per_s: float,
) -> None:
    """`bytes_per_s`: so that all packs take some seconds, and the first units need some hundred kB of that."""
    project = fetch()
    home = {"CARGO_HOME": str(project.cargo_home)}
    machines = Machines(tmp_path, service, project.source, home, LARGE_TIMEOUT_S)
    played = workflow(tmp_path)
    try:
        first = succeeded(machines.job(played))
        hits, misses = counted(first)
        assert (hits, misses >= units_min) == (0, True), first.summary
        assert len(service.asked) <= REQUESTS_MAX, service.asked
        made = files_of(first.workspace / "target")
        shutil.rmtree(first.workspace / "target")

        service.knobs.bytes_per_s = bytes_per_s
        second = succeeded(machines.job(played))
        hits, misses = counted(second)
        # C is compiled within runs of build scripts, which are replayed.
        assert (misses, hits >= units_min) == (0, True), second.summary
        assert len(service.asked) <= REQUESTS_MAX, service.asked
        assert differences(made, files_of(second.workspace / "target")) == []
        (begins,) = (step.said for step in second.steps if "clock:" in step.said)
        assert '"remote": ' in begins
        packs_in_s = max(when_s for _, when_s in service.left)
        assert float(begins.rpartition("clock:")[2]) < packs_in_s
    finally:
        machines.end()
