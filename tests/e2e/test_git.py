"""Macros and build scripts that ask git which commit this is: stored, and right when it is another one."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.battery.case import Build, Case, app, app_with_macro, saying
from support.battery.judge import Stand, stand

ASKS = """
let git = std::process::Command::new("git").args({words}).output().unwrap();
let said = String::from_utf8(git.stdout).unwrap();
"""
MACRO = ASKS + 'format!("{{:?}}", said.trim()).parse().unwrap()'
SCRIPT = (
    "fn main() {{"
    + ASKS
    + """
    println!("cargo:rerun-if-changed=.git/HEAD");
    println!("cargo:rustc-env=COMMIT={{}}", said.trim());
}}
"""
)
HEAD = '["rev-parse", "HEAD"]'
AGE = '["log", "-1", "--format=%cr"]'
ONE = Build()


def macro(words: str) -> dict[str, str]:
    return app_with_macro(MACRO.format(words=words))


def script(words: str) -> dict[str, str]:
    return app(saying('env!("COMMIT").to_string()')) | {"build.rs": SCRIPT.format(words=words)}


def git(project: Path, *words: str) -> str:
    who = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
    done = subprocess.run(["git", *who, *words], cwd=project, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(here: Stand) -> str:
    """A new commit; its name."""
    project = here.site.directories.source
    if not (project / ".git").exists():
        git(project, "init", "--quiet")
    git(project, "commit", "--quiet", "--allow-empty", "--message", "another")
    return git(project, "rev-parse", "HEAD")


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stand]:
    case = Case(line=3, name="git", claim="", files=request.param)
    with stand(case, tmp_path / "stand") as here:
        yield here


@pytest.mark.parametrize("place", [macro(HEAD), script(HEAD)], ids=["macro", "script"], indirect=True)
def test_a_commit_is_asked_for_once(place: Stand) -> None:
    first = commit(place)
    assert place.dunnage(ONE).printed == first
    assert place.site.counts().uncacheable == {}
    assert place.dunnage(ONE).printed == first
    warm = place.site.counts()
    assert warm.misses == 0, warm.all
    second = commit(place)
    assert second != first
    assert place.dunnage(ONE).printed == second


@pytest.mark.parametrize("place", [macro(AGE), script(AGE)], ids=["macro", "script"], indirect=True)
def test_an_age_is_never_stored(place: Stand) -> None:
    commit(place)
    assert "second" in place.dunnage(ONE).printed
    place.site.counts()
    place.dunnage(ONE)
    reasons = place.site.counts().all["reasons"]["miss"]
    assert reasons.keys() & {"macro-unseen", "run-clock"}, reasons
