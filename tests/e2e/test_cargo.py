"""cargo's commands on a small workspace, as a user would call them: cold, wiped, warm, and then nothing to do."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.invoking import DUNNAGE, succeed
from support.workshop import Workshop

LIBRARY = """
pub mod words;
/// Said once, counted twice.
pub fn greet(name: &str) -> String { format!("{} {name}", words::HELLO) }
#[test]
fn greets() { assert_eq!(greet("you"), "hello you"); }
"""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Two libraries and a program, one below the other."""

    directory: Path

    def write(self, path: str, text: str) -> None:
        file = self.directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def run(self, *words: str, env: Mapping[str, str] | None = None) -> str:
        """`dunnage run -- cargo …`; what it said on both streams."""
        done = succeed([*DUNNAGE, "run", "--", "cargo", *words], self.directory, env or {})
        return done.stdout + done.stderr

    def wipe(self) -> None:
        shutil.rmtree(self.directory / "target")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace(tmp_path / "ws")
    made.write("Cargo.toml", '[workspace]\nmembers = ["base", "top"]\nresolver = "2"\n')
    made.write("base/Cargo.toml", '[package]\nname = "base"\nversion = "0.1.0"\nedition = "2021"\n')
    made.write("base/src/lib.rs", LIBRARY)
    made.write("base/src/words.rs", 'pub const HELLO: &str = "hello";\n')
    top = '[package]\nname = "top"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nbase = { path = "../base" }\n'
    made.write("top/Cargo.toml", top)
    made.write("top/src/lib.rs", 'pub fn twice() -> String { base::greet(&base::greet("you")) }\n')
    made.write("top/src/main.rs", 'fn main() { println!("{}", top::twice()); }\n')
    return made


@pytest.fixture
def shop() -> Workshop:
    return Workshop.here()


@pytest.mark.parametrize(
    ("command", "cached", "left"),
    [
        (("build",), 3, {}),
        (("build", "--release"), 3, {}),
        (("check",), 3, {}),
        (("check", "--tests"), 5, {}),
        (("clippy",), 3, {}),
        (("test", "--no-run"), 5, {}),
    ],
)
def test_cold_then_warm_then_nothing(
    workspace: Workspace, shop: Workshop, command: tuple[str, ...], cached: int, left: dict[str, int]
) -> None:
    env = {"CARGO_INCREMENTAL": "0"}
    workspace.run(*command, env=env)
    cold = shop.reasons()
    workspace.wipe()
    workspace.run(*command, env=env)
    warm = shop.reasons()
    assert sum(cold["miss"].values()) == cached
    assert warm["hit"] == {"local": cached}
    assert warm.get("uncacheable", {}) == {reason: count * 2 for reason, count in left.items()}
    said = workspace.run(*command, "-v", env=env)
    assert "Fresh base" in said
    assert "Fresh top" in said
    assert "Running `" not in said or "no-run" in " ".join(command)
    assert shop.reasons() == warm


def test_a_change_deep_down_reaches_the_program(workspace: Workspace, shop: Workshop) -> None:
    assert "hello hello you" in workspace.run("run")
    workspace.write("base/src/words.rs", 'pub const HELLO: &str = "good day";\n')
    assert "good day good day you" in workspace.run("run")
    # And back, after a wipe: libraries come from the store.
    workspace.write("base/src/words.rs", 'pub const HELLO: &str = "hello";\n')
    workspace.wipe()
    before = shop.reasons().get("hit", {}).get("local", 0)
    assert "hello hello you" in workspace.run("run")
    assert shop.reasons()["hit"]["local"] == before + 2


def test_a_warning_is_said_again(workspace: Workspace) -> None:
    workspace.write("base/src/words.rs", 'pub const HELLO: &str = "hello";\nfn nobody() {}\n')
    assert "function `nobody` is never used" in workspace.run("build")
    workspace.wipe()
    assert "function `nobody` is never used" in workspace.run("build")


def test_noise_in_the_environment_changes_nothing(workspace: Workspace, shop: Workshop) -> None:
    workspace.run("build")
    workspace.wipe()
    workspace.run("build", env={"CARGO_NET_RETRY": "7", "CARGO_TERM_COLOR": "always", "SOME_TOKEN": "x"})
    assert shop.reasons()["hit"] == {"local": 2}


def test_incremental_builds_stay_rustcs(workspace: Workspace, shop: Workshop) -> None:
    """The first build of a fresh directory is cached like any other; after that rustc's own sessions are faster."""
    env = {"CARGO_INCREMENTAL": "1"}
    workspace.run("build", env=env)
    workspace.wipe()
    workspace.run("build", env=env)
    assert shop.reasons()["hit"] == {"local": 2}
    workspace.wipe()
    shop.stop()
    shutil.rmtree(shop.places.store)
    workspace.run("build", env=env)
    workspace.write("base/src/words.rs", 'pub const HELLO: &str = "good day";\n')
    workspace.run("build", env=env)
    reasons = shop.reasons()
    assert sum(reasons["miss"].values()) == 2
    assert reasons["uncacheable"]["incremental"] == 4, "the program twice, too: it has the library's name"


def test_a_wrapper_of_the_workspace(workspace: Workspace, shop: Workshop) -> None:
    """One that nobody knows: its compiles are run at once, those of dependencies are cached."""
    script = workspace.directory / "mine.sh"
    script.write_text('#!/bin/sh\nexec "$@"\n')
    script.chmod(0o755)
    workspace.run("build", env={"RUSTC_WORKSPACE_WRAPPER": str(script)})
    assert shop.reasons() == {}


def test_a_command_line_too_long_for_the_kernel(workspace: Workspace, shop: Workshop) -> None:
    """cargo then writes it into a response file."""
    names = "".join(f"feature_{i}_{'x' * 90} = []\n" for i in range(1500))
    with (workspace.directory / "base/Cargo.toml").open("a") as manifest:
        manifest.write(f"[features]\n{names}")
    env = {"PADDING_" + str(i): "p" * 100_000 for i in range(18)}
    workspace.run("build", "-p", "base", "--all-features", env=env)
    workspace.wipe()
    workspace.run("build", "-p", "base", "--all-features", env=env)
    assert shop.reasons()["hit"] == {"local": 1}


def test_disabled(workspace: Workspace, shop: Workshop) -> None:
    shop.start()
    workspace.run("build", env={"DUNNAGE_DISABLE": "1"})
    assert shop.reasons() == {}


def test_the_exit_code_is_the_commands(shop: Workshop, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dunnage", "run", "--", "sh", "-c", "exit 37"]
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run(command, env=env, cwd=tmp_path, check=False).returncode == 37


def test_the_numbers_add_up(workspace: Workspace, shop: Workshop) -> None:
    workspace.run("build")
    workspace.wipe()
    workspace.run("build")
    command = [sys.executable, "-m", "dunnage", "stats", "--json"]
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    shop.settle()
    stats = json.loads(subprocess.run(command, env=env, capture_output=True, check=True).stdout)
    assert stats["schema"] == 1
    # The program has the library's name and finds its session in the incremental directory, but not after the hit.
    assert stats["outcomes"] == {"hit": 2, "miss": 3, "uncacheable": 1, "fallback": 0}
    assert {o: sum(reasons.values()) for o, reasons in stats["reasons"].items()} == stats["outcomes"]
    assert stats["languages"]["rust"] == stats["outcomes"]
    assert stats["time_saved_s"] > 0
    assert stats["store"]["actions"] == 3
