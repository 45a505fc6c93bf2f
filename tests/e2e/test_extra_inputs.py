"""`[[extra-inputs]]` with real cargo: a macro that reads in silence sees today's files, and `explain` says which."""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from support.battery.case import app_with_macro
from support.invoking import DUNNAGE, succeed
from support.workshop import Workshop

LOOKING = """
    let mut names: Vec<_> = std::fs::read_dir("schema").unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    let mut said = String::new();
    for name in names {
        said += &format!("{}: {}", name.display(), std::fs::read_to_string(&name).unwrap());
    }
    said += &format!("flavour {:?}", std::env::var("FLAVOUR").ok());
    format!("{said:?}").parse().unwrap()
"""

TABLE = '[[extra-inputs]]\npackage = "app"\nfiles = ["schema/**/*.sql"]\nenv = "FLAVOUR"\n'


@dataclass(slots=True)
class Project:
    """A program that prints what a macro saw in `schema/`."""

    directory: Path
    env: dict[str, str] = field(default_factory=dict)

    def write(self, path: str, text: str) -> None:
        file = self.directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def dunnage(self, *words: str) -> str:
        return succeed([*DUNNAGE, *words], self.directory, {"CARGO_INCREMENTAL": "0", **self.env}).stdout

    def said(self, *words: str) -> str:
        """What the program says after a build into an empty target directory."""
        shutil.rmtree(self.directory / "target", ignore_errors=True)
        text = self.dunnage("run", "--", "cargo", "run", "--offline", *words)
        Workshop.here().settle()
        return text

    def sentences(self) -> list[str]:
        """What differed in the newest miss of the library."""
        sessions: list[dict[str, Any]] = json.loads(self.dunnage("explain", "--json", "app"))["sessions"]
        session = next(one for one in sessions if one["unit"] == "app 0.1.0 (lib)")
        return [difference["sentence"] for difference in session["differences"]]

    def counts(self) -> dict[str, int]:
        found: dict[str, int] = json.loads(self.dunnage("stats", "--json", "--zero"))["outcomes"]
        return found


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path / "project")
    for path, text in app_with_macro(LOOKING).items():
        made.write(path, text)
    made.write("dunnage.toml", TABLE)
    made.write("schema/a.sql", "one\n")
    return made


def test_files_and_variables_that_a_macro_reads_in_silence(project: Project) -> None:
    first = project.said()
    assert first == "schema/a.sql: one\nflavour None"
    project.counts()

    project.write("schema/a.sql", "two\n")
    assert project.said() == "schema/a.sql: two\nflavour None"
    assert "`schema/a.sql`, an extra input, changed" in project.sentences()
    assert project.counts()["hit"] > 0, "the macro itself did not change"

    project.write("schema/b.sql", "new\n")
    assert project.said() == "schema/a.sql: two\nschema/b.sql: new\nflavour None"
    assert "`schema/b.sql`, an extra input, appeared" in project.sentences()

    project.env["FLAVOUR"] = "mint"
    assert project.said().endswith('flavour Some("mint")')
    assert "the environment variable `FLAVOUR`: unset → mint" in project.sentences()

    del project.env["FLAVOUR"]
    (project.directory / "schema/b.sql").unlink()
    project.write("schema/a.sql", "one\n")
    project.counts()
    assert project.said() == first
    assert project.counts()["miss"] == 0


def test_every_way_of_compiling_the_package_sees_them(project: Project) -> None:
    for words in (("check",), ("clippy",), ("test", "--no-run"), ("build", "--release")):
        project.write("schema/a.sql", "one\n")
        project.dunnage("run", "--", "cargo", *words, "--offline")
        Workshop.here().settle()
        project.counts()
        shutil.rmtree(project.directory / "target")
        project.write("schema/a.sql", f"two for {words[0]}\n")
        project.dunnage("run", "--", "cargo", *words, "--offline")
        Workshop.here().settle()
        reasons = json.loads(project.dunnage("stats", "--json"))["reasons"]
        assert reasons["miss"]["inputs-changed"] > 0, words
        shutil.rmtree(project.directory / "target")


def test_a_table_that_is_not_understood_costs_the_cache_and_nothing_else(project: Project) -> None:
    """Under `dunnage run` a sentence says so; whoever set the variables up before is counted."""
    started = {"CARGO_INCREMENTAL": "0", **json.loads(project.dunnage("env", "--format", "json"))["env"]}
    project.write("dunnage.toml", "[[extra-inputs]]\nfile = 'schema'\n")
    done = succeed([*DUNNAGE, "run", "--", "cargo", "run", "--offline"], project.directory, {})
    assert done.stdout == "schema/a.sql: one\nflavour None"
    assert "extra-inputs, table 1: there is no file, only package, files, env" in done.stderr
    shutil.rmtree(project.directory / "target")
    assert succeed(["cargo", "run", "--offline"], project.directory, started).stdout == done.stdout
    Workshop.here().settle()
    reasons = json.loads(succeed([*DUNNAGE, "stats", "--json"], project.directory.parent, {}).stdout)[
        "reasons"
    ]
    assert reasons["uncacheable"] == {"extra-inputs": 3}
    assert reasons["hit"] == reasons["miss"] == {}


def test_the_users_own_table_travels_with_the_command(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("dunnage.toml", "")
    mine = tmp_path / "mine.toml"
    mine.write_text(f'[[extra-inputs]]\npackage = "app"\nfiles = ["{project.directory}/schema/*.sql"]\n')
    monkeypatch.setenv("DUNNAGE_CONFIG", str(mine))
    project.said()
    project.write("schema/a.sql", "two\n")
    assert project.said() == "schema/a.sql: two\nflavour None"
