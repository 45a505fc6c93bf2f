"""`dunnage cross …`: the user's options kept, ours added, nothing lost."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunnage.config.clients import host_arch
from dunnage.config.cmake import LAUNCHER
from dunnage.config.places import Places
from dunnage.config.settings import Settings, defaults
from dunnage.containers import cross
from dunnage.containers.command import Command

PLACES = Places(Path("/base"), "1")


def local(argv: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """An engine on this machine."""
    return "unix:///var/run/docker.sock"


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    for file in (
        tmp_path / arch / name for arch in (host_arch(), "riscv64") for name in ("dunnage", "sccache")
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o755)
    return tmp_path


def prepared(clients: Path, environ: Mapping[str, str], settings: Settings | None = None) -> Command:
    args = ["build", "--target", "x86_64-unknown-linux-gnu"]
    return cross.prepare(args, environ, PLACES, settings or defaults(), ask=local, clients=clients)


def options(command: Command) -> list[str]:
    return shlex.split(command.env["CROSS_CONTAINER_OPTS"])


def test_the_options_reach_the_container_and_the_arguments_stay(clients: Path) -> None:
    command = prepared(clients, {"PATH": "/bin"})
    assert command.argv == ("cross", "build", "--target", "x86_64-unknown-linux-gnu")
    assert options(command) == [
        *("-v", f"{clients}/{host_arch()}:/dunnage/bin:ro"),
        *("-v", "/base/run/1/container:/dunnage/run"),
        *("-e", "RUSTC_WRAPPER=/dunnage/bin/sccache"),
        *("-e", "DUNNAGE_SOCKET=/dunnage/run/sock"),
        *("-e", "DUNNAGE_CLIENT=/dunnage/bin/sccache"),
        *("-e", f"CMAKE_C_COMPILER_LAUNCHER={LAUNCHER}"),
        *("-e", f"CMAKE_CXX_COMPILER_LAUNCHER={LAUNCHER}"),
    ]
    assert command.warnings == ()


@pytest.mark.parametrize("name", ["CROSS_CONTAINER_OPTS", "DOCKER_OPTS"])
def test_the_users_options_follow_as_they_were_written(clients: Path, name: str) -> None:
    theirs = '--network host -e "A=a  b" -e RUSTC_WRAPPER=mine'
    command = prepared(clients, {name: theirs})
    assert command.env["CROSS_CONTAINER_OPTS"].endswith(f" {theirs}")
    assert "DOCKER_OPTS" not in command.env
    assert options(command)[-1] == "RUSTC_WRAPPER=mine"
    assert command.warnings == ()


def test_of_both_names_cross_would_read_the_newer_and_says_so(clients: Path) -> None:
    command = prepared(clients, {"CROSS_CONTAINER_OPTS": "--new", "DOCKER_OPTS": "--old"})
    assert options(command)[-1] == "--new"
    assert "DOCKER_OPTS" not in command.env
    assert len(command.warnings) == 1


def test_an_empty_newer_name_still_hides_the_older(clients: Path) -> None:
    command = prepared(clients, {"CROSS_CONTAINER_OPTS": "", "DOCKER_OPTS": "--old"})
    assert options(command)[-1] == f"CMAKE_CXX_COMPILER_LAUNCHER={LAUNCHER}"


@given(ours=st.lists(st.text(st.characters(exclude_characters="\0"))), theirs=st.text())
def test_merging_loses_no_word(ours: list[str], theirs: str) -> None:
    merged = cross.merged(ours, theirs)
    assert merged.endswith(theirs)
    try:
        words = shlex.split(theirs)
    except ValueError:
        return
    assert shlex.split(merged) == ours + words or ":/dunnage/bin:" in theirs


def test_options_that_are_there_already_are_not_added_again(clients: Path) -> None:
    once = prepared(clients, {})
    assert prepared(clients, once.env).env == once.env


def test_the_host_never_sees_the_containers_wrapper(clients: Path) -> None:
    for environ in ({}, {"RUSTC_WRAPPER": "/only/in/the/image"}):
        env = prepared(clients, environ).env
        assert env["RUSTC_WRAPPER"] == f"{clients}/{host_arch()}/sccache"
        assert env["DUNNAGE_SOCKET"] == "/base/run/1/host/sock"


def test_on_the_host_a_launcher_of_the_users_stays(clients: Path) -> None:
    env = prepared(clients, {"CMAKE_C_COMPILER_LAUNCHER": "distcc"}).env
    assert env["CMAKE_C_COMPILER_LAUNCHER"] == "distcc"
    assert env["CMAKE_CXX_COMPILER_LAUNCHER"] == LAUNCHER


def test_without_a_host_client_the_users_wrapper_stays(clients: Path, tmp_path: Path) -> None:
    for name in ("dunnage", "sccache"):
        (clients / host_arch() / name).unlink()
    settings = replace(defaults(), container_arch="riscv64")
    command = prepared(clients, {"RUSTC_WRAPPER": "mine"}, settings)
    assert command.env["RUSTC_WRAPPER"] == "mine"
    assert options(command)[1] == f"{clients}/riscv64:/dunnage/bin:ro"
    assert len(command.warnings) == 1


def test_without_a_client_for_the_container_its_options_stay(clients: Path) -> None:
    command = prepared(clients, {"DOCKER_OPTS": "--old"}, replace(defaults(), container_arch="i686"))
    assert command.env["DOCKER_OPTS"] == "--old"
    assert "CROSS_CONTAINER_OPTS" not in command.env
    assert len(command.warnings) == 1


@pytest.mark.parametrize("value", ["1", "true", "yes", "-1"])
def test_a_remote_cross_runs_without(clients: Path, value: str) -> None:
    command = prepared(clients, {"CROSS_REMOTE": value, "CROSS_CONTAINER_OPTS": "--theirs"})
    assert command.env["CROSS_CONTAINER_OPTS"] == "--theirs"
    assert len(command.warnings) == 1
    assert "CROSS_REMOTE" in command.warnings[0]


@pytest.mark.parametrize("value", ["", "0", "false"])
def test_a_remote_that_is_switched_off_is_none(clients: Path, value: str) -> None:
    assert prepared(clients, {"CROSS_REMOTE": value}).warnings == ()


def test_an_engine_elsewhere_runs_without(clients: Path) -> None:
    command = prepared(clients, {"DOCKER_HOST": "ssh://far"})
    assert "CROSS_CONTAINER_OPTS" not in command.env
    assert "ssh://far" in command.warnings[0]
    podman = {"CROSS_CONTAINER_ENGINE": "/usr/bin/podman", "CONTAINER_HOST": "ssh://far"}
    assert "CROSS_CONTAINER_OPTS" not in prepared(clients, podman).env
