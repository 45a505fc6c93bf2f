"""The launcher for CMake: the client where there is one, else the compiler, and the same text everywhere."""

import subprocess
from pathlib import Path

import pytest

from dunnage.config.cmake import (
    CLIENT_VARIABLE,
    LAUNCHER,
    LAUNCHER_VARIABLES,
    cmake_environment,
    is_our_launcher,
)


def launched(env: dict[str, str], *words: str) -> str:
    done = subprocess.run([*LAUNCHER.split(";"), *words], env=env, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("env", [{}, {CLIENT_VARIABLE: ""}])
def test_without_a_client_it_becomes_the_compiler(env: dict[str, str]) -> None:
    assert launched(env, "/usr/bin/printf", "%s|", "a  b", "$x", "*", "") == "a  b|$x|*||"


def test_it_becomes_the_client_wherever_that_stands(tmp_path: Path) -> None:
    client = tmp_path / 'a "place" with  blanks'
    client.write_text('#!/bin/sh\nprintf "%s|" client "$@"\n')
    client.chmod(0o755)
    env = cmake_environment(str(client))
    assert launched(env, "/usr/bin/cc", "-DX=a b") == "client|/usr/bin/cc|-DX=a b|"


def test_the_launcher_is_the_same_for_every_place() -> None:
    one, other = cmake_environment("/host/sccache"), cmake_environment("/dunnage/bin/sccache")
    assert [one[name] for name in LAUNCHER_VARIABLES] == [other[name] for name in LAUNCHER_VARIABLES]


@pytest.mark.parametrize("name", LAUNCHER_VARIABLES)
def test_a_launcher_that_is_set_stays(name: str) -> None:
    assert name not in cmake_environment("/c", {name: ""})


def test_only_ours_is_ours() -> None:
    assert all(is_our_launcher(name, LAUNCHER) for name in LAUNCHER_VARIABLES)
    assert not is_our_launcher(LAUNCHER_VARIABLES[0], "distcc")
    assert not is_our_launcher("CMAKE_CUDA_COMPILER_LAUNCHER", LAUNCHER)
