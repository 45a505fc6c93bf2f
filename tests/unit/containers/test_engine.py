"""`dunnage docker …` and the like: our options behind `run`, and nothing else touched."""

import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from dunnage.config.places import Places
from dunnage.config.settings import defaults
from dunnage.containers import engine
from dunnage.containers.command import Command
from dunnage.errors import ContainerError

ENVIRON = {"PATH": "/bin", "RUSTC_WRAPPER": "mine"}


def inspect(argv: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """An engine with three images, on this machine."""
    assert environ == ENVIRON
    return {"rust:1": "amd64", "rust:arm": "arm64", "rust:z": "s390x"}.get(argv[-1])


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    for file in (tmp_path / arch / name for arch in ("x86_64", "aarch64") for name in ("dunnage", "sccache")):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o755)
    return tmp_path


def prepared(clients: Path, tool: str, words: str) -> Command:
    places = Places(Path("/base"), "1")
    return engine.prepare(tool, shlex.split(words), ENVIRON, places, defaults(), ask=inspect, clients=clients)


@pytest.mark.parametrize("tool", ["docker", "podman", "nerdctl"])
def test_options_go_before_the_users_own_so_that_those_win(clients: Path, tool: str) -> None:
    switch = "-n" if tool == "nerdctl" else "--log-level"
    command = prepared(clients, tool, f"{switch} error run --rm -e RUSTC_WRAPPER=x rust:1 cargo build")
    words = command.argv
    assert words[:4] == (tool, switch, "error", "run")
    assert words[-6:] == ("--rm", "-e", "RUSTC_WRAPPER=x", "rust:1", "cargo", "build")
    assert f"{clients}/x86_64:/dunnage/bin" in words[5]
    assert words.index("RUSTC_WRAPPER=/dunnage/bin/sccache") < words.index("RUSTC_WRAPPER=x")
    assert command.env == ENVIRON
    assert command.warnings == ()


def test_an_image_of_another_architecture_gets_its_client(clients: Path) -> None:
    assert f"{clients}/aarch64:/dunnage/bin" in prepared(clients, "docker", "run rust:arm").argv[3]


@pytest.mark.parametrize("words", ["", "ps -a", "build --build-arg A=run .", "exec -it x sh", "compose up"])
def test_everything_else_passes_unchanged(clients: Path, words: str) -> None:
    assert prepared(clients, "docker", words) == Command(("docker", *words.split()), ENVIRON)


def test_compose_runs_get_them_too(clients: Path) -> None:
    words = prepared(clients, "docker", "compose -f x.yml run --rm web cargo build").argv
    assert words[:6] == ("docker", "compose", "-f", "x.yml", "run", "-v")
    assert words[-4:] == ("--rm", "web", "cargo", "build")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("run rust:z", "linux/s390x|s390x"),
        ("run --platform linux/riscv64 rust:1", "riscv64"),
        ("-H ssh://far run rust:1", "another machine"),
    ],
)
def test_where_the_cache_cannot_go_the_call_stays_and_one_sentence_says_so(
    clients: Path, words: str, why: str
) -> None:
    command = prepared(clients, "docker", words)
    assert command.argv == ("docker", *words.split())
    assert len(command.warnings) == 1
    assert re.search(why, command.warnings[0])


def test_twice_is_once(clients: Path) -> None:
    once = prepared(clients, "docker", "run rust:1")
    assert prepared(clients, "docker", shlex.join(once.argv[1:])) == once


def test_an_unknown_tool_is_an_error(clients: Path) -> None:
    with pytest.raises(ContainerError, match="lxc"):
        prepared(clients, "lxc", "run x")
