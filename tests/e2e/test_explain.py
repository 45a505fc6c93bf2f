"""`dunnage explain` names what a person has just done, with real cargo."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.invoking import DUNNAGE, succeed
from support.workshop import Workshop


@dataclass(slots=True)
class Project:
    """One library."""

    directory: Path

    def write(self, path: str, text: str) -> None:
        file = self.directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def build(self, **env: str) -> None:
        self.run("run", "--", "cargo", "build", CARGO_INCREMENTAL="0", **env)
        Workshop.here().settle()

    def run(self, *words: str, **env: str) -> str:
        return succeed([*DUNNAGE, *words], self.directory, env).stdout

    def explain(self, *words: str) -> dict[str, Any]:
        """The newest session that is explained."""
        document = json.loads(self.run("explain", "--json", *words))
        assert document["schema"] == 1
        found: dict[str, Any] = document["sessions"][0]
        return found


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path / "first")
    made.write("Cargo.toml", '[package]\nname = "base-crate"\nversion = "0.1.0"\nedition = "2021"\n')
    made.write("src/lib.rs", 'pub mod x;\npub const E: Option<&str> = option_env!("MY_E");\n')
    made.write("src/x.rs", "pub const F: &str = file!();\n")
    made.build()
    return made


def test_a_first_build_has_nothing_to_be_compared_with(project: Project) -> None:
    found = project.explain("--last")
    assert (found["outcome"], found["reason"], found["compared_with"]) == ("miss", "new", None)
    assert found["sentence"] == "no unit like this was compiled before"


def test_an_edited_source(project: Project) -> None:
    project.write("src/x.rs", 'pub const F: &str = "other";\n')
    project.build()
    assert project.explain()["sentence"] == "`src/x.rs` changed"
    project.write("src/lib.rs", "pub mod x;\n\n")
    project.build()
    found = project.explain("base-crate")
    assert found["sentence"] == "`src/lib.rs` changed"
    assert project.explain(found["files"]) == project.explain("base_crate@0.1.0") == found
    said = project.run("explain", "--last")
    assert "base_crate 0.1.0 (lib): miss, inputs-changed" in said
    assert "`src/lib.rs` changed" in said
    assert "dunnage explain --last" in project.run("stats")


def test_a_flag(project: Project) -> None:
    project.build(RUSTFLAGS="-C opt-level=3")
    assert project.explain()["sentence"] == "`-C opt-level` none → 3"
    project.build(RUSTFLAGS="-C opt-level=2")
    assert project.explain()["differences"][0]["part"] == "codegen"


def test_a_variable(project: Project) -> None:
    project.build(MY_E="y")
    assert project.explain()["sentence"] == "the environment variable `MY_E`: unset → y"


def test_a_project_that_moved(project: Project, tmp_path: Path) -> None:
    shutil.rmtree(project.directory / "target")
    moved = Project(tmp_path / "second")
    shutil.copytree(project.directory, moved.directory)
    moved.build()
    sentences = [item["sentence"] for item in moved.explain()["differences"]]
    assert any(
        s == f"an output holds the path of the workspace, which stood at {project.directory} and stands at "
        f"{moved.directory} now"
        for s in sentences
    ), sentences


def test_a_module_that_stands_elsewhere(project: Project) -> None:
    (project.directory / "src/x.rs").unlink()
    project.write("src/x/mod.rs", "pub const F: &str = file!();\n")
    project.build()
    found = project.explain()
    assert found["sentence"] == "`src/x/mod.rs` appeared"
    assert [item["sentence"] for item in found["differences"]][1:] == ["`src/x.rs` is gone"]


def test_a_cleared_store_keeps_nothing(project: Project) -> None:
    project.run("clear", "--yes")
    assert project.run("explain") == "Nothing to explain: no miss is kept.\n"
    assert project.run("explain", "base_crate").startswith("Nothing is kept of 'base_crate'")


def test_a_call_that_is_uncacheable(project: Project) -> None:
    project.write("src/main.rs", "fn main() {}\n")
    project.run("run", "--", "rustc", "--crate-name", "lone", "src/main.rs")
    client = project.run("env", "--format", "json")
    wrapper = json.loads(client)["env"]["RUSTC_WRAPPER"]
    env = os.environ | json.loads(client)["env"]
    words = [
        wrapper,
        "rustc",
        "--crate-name",
        "lone",
        "--crate-type",
        "lib",
        "src/lib.rs",
        "--out-dir",
        "target",
    ]
    subprocess.run(words, cwd=project.directory, env=env, check=True)
    Workshop.here().settle()
    found = project.explain("lone")
    assert (found["outcome"], found["reason"]) == ("uncacheable", "no-dep-info")
    assert found["advice"] == "Build with cargo, or add `dep-info` to `--emit`."
