"""The example workflow for cross, played twice: its compiles in an unmodified container without a network, and those on
the runner, are fetched on a second machine that has nothing.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from support import cross, images, projects
from support.action_runner import CHECKOUT, Job
from support.builds import differences, files_of
from support.ci_machines import REQUESTS_MAX, Machines, counted, succeeded
from support.commands import LARGE_TIMEOUT_S
from support.remotes.gha_service import GhaService, gha_service
from support.tools import Cross

pytestmark = [
    pytest.mark.cross,
    pytest.mark.timeout(10800),
]  # the first has to make an image and to build cross

WORKFLOW = CHECKOUT / "examples/github/cross.yml"
LEGS = yaml.safe_load(WORKFLOW.read_text())["jobs"]["build"]["strategy"]["matrix"]["include"]

_CARGO = """\
#!/bin/sh
# What the workflow installs is there already.
[ "$*" = "install cross --version 0.2.5 --locked" ] || exec "{real}" "$@"
"""

_LOOKS_AROUND = """\
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    assert!(std::env::vars().all(|(name, _)| !name.starts_with("ACTIONS_")));
}
"""
"""A build script in the container looks for what later steps must not have."""


def leg(cargo: str) -> Mapping[str, str]:
    """The leg of the example's matrix, for the one target that this machine can link for."""
    (told,) = (each for each in LEGS if each["cargo"] == cargo)
    return {**told, "target": Cross.TRIPLE}


def environ(base: Path) -> dict[str, str]:
    """What GitHub's machines have in another way: images, and what `cargo install` would make."""
    directory = base / "bin"
    directory.mkdir(parents=True)
    program = directory / "cargo"
    program.write_text(_CARGO.format(real=shutil.which("cargo")))
    program.chmod(0o755)
    return {
        "PATH": f"{directory}:{cross.path()}",  # with cross, and a rustup that it understands
        "CROSS_TARGET_X86_64_UNKNOWN_LINUX_GNU_IMAGE": images.bookworm(),
        "CROSS_CONTAINER_OPTS": "--network none",
    }


NATIVE = {"PATH": os.environ["PATH"]}
"""With the real rustup, beside which cargo finds rustc without its proxy."""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[GhaService]:
    with gha_service(tmp_path / "service") as service:
        yield service


def outputs(job: Job) -> dict[str, str]:
    return files_of(job.workspace / "target")


def lives(machines: Machines, service: GhaService, cargo: str, units_min: int) -> None:
    """A leg, cold, and again on a machine that is as new."""
    told = {} if cargo == "cross" else NATIVE
    first = succeeded(machines.job(WORKFLOW, matrix=leg(cargo), environ=told))
    options = first.environ["CROSS_CONTAINER_OPTS"]
    assert options.endswith(" --network none")
    assert ":/dunnage/run" in options
    hits, misses = counted(first)
    assert (hits, misses >= units_min) == (0, True), first.summary
    assert len(service.asked) <= REQUESTS_MAX, service.asked
    made = outputs(first)
    second = succeeded(machines.job(WORKFLOW, matrix=leg(cargo), environ=told))
    assert counted(second) == (misses, 0), second.summary
    assert len(service.asked) <= REQUESTS_MAX, service.asked
    assert differences(made, outputs(second)) == []


def test_a_small_project(tmp_path: Path, service: GhaService) -> None:
    """Cross's leg: the container has neither a network nor a token, and its units are in GitHub's cache."""
    source = projects.small(tmp_path / "repository")
    (source / "build.rs").write_text(_LOOKS_AROUND)
    home = tmp_path / "home"
    home.mkdir()
    machines = Machines(tmp_path, service, source, {**environ(tmp_path), "CARGO_HOME": str(home)})
    try:
        lives(machines, service, "cross", projects.SMALL_UNITS + 2)
    finally:
        machines.end()


@pytest.mark.large
def test_ripgrep_in_both_legs(tmp_path: Path, service: GhaService) -> None:
    project = projects.ripgrep()
    told = {**environ(tmp_path), "CARGO_HOME": str(project.cargo_home)}
    machines = Machines(tmp_path, service, project.source, told, LARGE_TIMEOUT_S)
    try:
        for cargo in ("cargo", "cross"):
            lives(machines, service, cargo, 30)
    finally:
        machines.end()
