"""`dunnage env`: what comes out switches the cache on where it is put."""

import json
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dunnage.config.clients import WRAPPER_NAME, client_dir, host_arch
from dunnage.config.places import Places


def test_a_shell_that_evals_it_is_switched_on_and_a_daemon_runs(dunnage: Callable, dunnage_dir: Path) -> None:
    done = dunnage("env")
    assert done.returncode == 0
    script = done.stdout + 'echo "$RUSTC_WRAPPER $DUNNAGE_SOCKET"'
    shown = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True).stdout
    socket = Places(dunnage_dir).host_socket
    assert shown == f"{client_dir(host_arch()) / WRAPPER_NAME} {socket}\n"
    assert socket.is_socket()


def test_no_start_starts_nothing(dunnage: Callable, dunnage_dir: Path) -> None:
    assert dunnage("env", "--no-start").stdout.count("export ") == 5
    assert not dunnage_dir.exists()


def test_docker_options_are_those_of_dunnage_docker(dunnage: Callable, dunnage_dir: Path) -> None:
    words = shlex.split(dunnage("env", "--container", "--format", "docker", "--no-start").stdout)
    places = Places(dunnage_dir)
    assert words[0] == "-v"
    assert words[1].startswith(f"{client_dir(host_arch())}:/dunnage/bin:ro")
    assert words[3].startswith(f"{places.container_dir}:/dunnage/run")
    assert words[4:] == [
        *("-e", "RUSTC_WRAPPER=/dunnage/bin/sccache"),
        *("-e", "DUNNAGE_SOCKET=/dunnage/run/sock"),
        *("-e", "DUNNAGE_CLIENT=/dunnage/bin/sccache"),
    ]


def test_docker_options_on_the_host_are_a_usage_error(dunnage: Callable) -> None:
    done = dunnage("env", "--format", "docker")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--container --format docker" in done.stderr


def test_github_and_json(dunnage: Callable, dunnage_dir: Path) -> None:
    lines = dunnage("env", "--format", "github", "--no-start").stdout.splitlines()
    document = json.loads(dunnage("env", "--format", "json", "--no-start").stdout)
    assert dict(line.split("=", 1) for line in lines) == document["env"]
    assert document["mounts"] == []


def test_a_container_of_another_architecture_gets_its_client(
    dunnage: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUNNAGE_CONTAINER_ARCH", "riscv64")
    done = dunnage("env", "--container", "--format", "json", "--no-start")
    directory = client_dir(host_arch()).parent / "riscv64"
    if (directory / WRAPPER_NAME).exists():
        assert json.loads(done.stdout)["mounts"][0]["source"] == str(directory)
    else:  # a checkout that has only built its own client
        assert done.returncode == 60
        assert f"The client for riscv64 is not there: {directory}" in done.stderr


def test_a_daemon_that_cannot_start_is_an_error_without_output(dunnage: Callable, dunnage_dir: Path) -> None:
    dunnage_dir.write_text("a file in the way")
    done = dunnage("env")
    assert done.stdout == ""
    assert done.returncode == 20


@pytest.mark.parametrize("where", [(), ("--container",)])
def test_verify_mode_as_a_setting_is_among_it(
    dunnage: Callable, dunnage_dir: Path, where: tuple[str, ...]
) -> None:
    dunnage_dir.with_suffix(".toml").write_text("verify = true\n")
    document = json.loads(dunnage("env", *where, "--format", "json", "--no-start").stdout)
    assert document["env"]["DUNNAGE_VERIFY"] == "1"
