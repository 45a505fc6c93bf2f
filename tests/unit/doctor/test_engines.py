"""Container engines that do not answer, or are elsewhere."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dunnage.doctor import engines
from dunnage.doctor.engines import check
from dunnage.doctor.finding import Level
from dunnage.doctor.patient import Patient

DOCKER = """if [ "$1" = context ]; then echo unix:///var/run/docker.sock; else echo '{}'; fi"""


@pytest.fixture(autouse=True)
def _outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As on a machine that is no container and has no SELinux."""
    monkeypatch.setattr(engines, "_IN_A_CONTAINER", ())
    monkeypatch.setattr(engines, "_SELINUX", tmp_path / "none")


def docker(about: str) -> dict[str, str]:
    return {"docker": DOCKER.replace("'{}'", f"'{about}'")}


def test_none(ill: Callable[..., Patient]) -> None:
    (finding,) = check(ill())
    assert (finding.level, finding.what) == (Level.OK, "none is installed")


def test_those_that_answer(ill: Callable[..., Patient]) -> None:
    tools = docker('{"ServerVersion": "28.2.1", "SecurityOptions": ["name=seccomp", "name=rootless"]}')
    tools["podman"] = """echo '{"host": {"security": {"rootless": true}}, "version": {"Version": "5.4.0"}}'"""
    one, other = check(ill(tools))
    assert (one.level, one.what) == (Level.OK, "docker 28.2.1, rootless")
    assert (other.level, other.what) == (Level.OK, "podman 5.4.0, rootless")


def test_docker_desktop(ill: Callable[..., Patient]) -> None:
    (finding,) = check(ill(docker('{"OperatingSystem": "Docker Desktop"}')))
    assert finding.level is Level.WARNING
    assert "virtual machine" in finding.why


@pytest.mark.parametrize(
    ("script", "words", "cure"),
    [
        (
            "echo Cannot connect to the Docker daemon >&2; exit 1",
            "Cannot connect to the Docker daemon.",
            "Start it",
        ),
        ("""echo '{"ServerErrors": ["Is it running?"]}'""", "Is it running?.", "Start it"),
        ("echo got permission denied >&2; exit 1", "got permission denied.", "Join the group `docker`"),
        (
            "echo cannot clone: Operation not permitted >&2; exit 1",
            "cannot clone: Operation not permitted.",
            "Look at",
        ),
        ("echo nonsense", "it exits 0.", "Start it"),
    ],
)
def test_one_that_does_not_answer(ill: Callable[..., Patient], script: str, words: str, cure: str) -> None:
    tool = f'if [ "$1" = context ]; then exit 1; fi; {script}'
    (finding,) = check(ill({"docker": tool}))
    assert finding.level is Level.WARNING
    assert finding.what == f"docker does not answer: {words}"
    assert finding.cure.startswith(cure)


def test_one_on_another_machine(ill: Callable[..., Patient]) -> None:
    (finding,) = check(ill(docker("{}"), DOCKER_HOST="tcp://build.example:2376"))
    assert finding.level is Level.NOTE
    assert finding.what == "docker runs its containers on another machine (tcp://build.example:2376)."


def test_the_machine(ill: Callable[..., Patient], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "enforce").write_text("1")
    monkeypatch.setattr(engines, "_IN_A_CONTAINER", (str(tmp_path / "enforce"),))
    monkeypatch.setattr(engines, "_SELINUX", tmp_path / "enforce")
    _, inside, labels = check(ill(docker('{"ServerVersion": "1"}')))
    assert inside.what == "This is itself a container."
    assert labels.what == "SELinux enforces labels here."
    (tmp_path / "enforce").write_text("0")
    assert len(list(check(ill()))) == 2


@pytest.mark.docker
def test_the_real_docker() -> None:
    finding = next(iter(check(Patient(os.environ, "/"))))
    assert finding.level is Level.OK
    assert finding.what.startswith("docker ")
