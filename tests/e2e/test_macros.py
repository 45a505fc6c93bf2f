"""Real procedural macros that look around: include_dir, askama and serde's, with what they look at changing."""

from collections.abc import Iterator

import pytest

from support.builds import Counts, Site, site
from support.commands import run
from support.projects import fetch_dependencies, small
from support.tools import Host

DEPENDENCIES = """\
askama = "=0.16.1"
include_dir = "=0.7.4"
serde = { version = "=1.0.229", features = ["derive"] }
"""

PROGRAM = """
use askama::Template;
use include_dir::{include_dir, Dir};

static ASSETS: Dir = include_dir!("$CARGO_MANIFEST_DIR/assets");

#[derive(Template, serde::Serialize)]
#[template(path = "page.html")]
struct Page { name: &'static str }

fn main() {
    let names: Vec<String> = ASSETS.entries().iter().map(|entry| entry.path().display().to_string()).collect();
    println!("{} {}", names.join(" "), Page { name: "you" }.render().unwrap());
}
"""


class Looking:
    """The project, built over and over."""

    def __init__(self, here: Site) -> None:
        self.site = here
        self.project = here.directories.source

    def write(self, name: str, text: str) -> None:
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def build(self, **env: str) -> tuple[str, Counts]:
        """From an empty target directory; what the program prints, and what was counted."""
        self.site.wipe()
        self.site.with_env(**env).build(Host()).ran.succeeded()
        said = run([self.site.directories.target / "debug/looking"]).succeeded().stdout
        return said.strip(), self.site.counts()

    def explain(self) -> str:
        """Why the last unit was a miss."""
        return self.site.dunnage_says("explain", "looking").stdout


def all_hit(counts: Counts) -> bool:
    """Whether nothing was compiled but what build scripts try and rustc refuses: their runs are another matter."""
    misses = counts.compiled()[1]
    return counts.fallbacks == 0 and misses == counts.all["reasons"].get("miss", {}).get("compile-failed", 0)


@pytest.fixture(scope="module")
def looking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Looking]:
    base = tmp_path_factory.mktemp("looking")
    source = small(base / "project", name="looking", dependencies=DEPENDENCIES)
    with site(base, source, cargo_home=fetch_dependencies(source)) as here:
        made = Looking(here)
        made.write("src/main.rs", PROGRAM)
        made.write("assets/one.txt", "1")
        made.write("templates/base.html", "<{% block body %}{% endblock %}>")
        made.write("templates/page.html", '{% extends "base.html" %}{% block body %}{{ name }}{% endblock %}')
        said, counts = made.build()
        assert said == "one.txt <you>"
        assert counts.hits == counts.fallbacks == 0
        yield made


def test_the_same_again_is_all_hits(looking: Looking) -> None:
    said, counts = looking.build()
    assert (said, all_hit(counts)) == ("one.txt <you>", True), counts.all["reasons"]


def test_another_shell_is_all_hits(looking: Looking) -> None:
    noise = {
        "TERM": "dumb", "COLUMNS": "77", "PWD": "/", "SHLVL": "9", "SSH_TTY": "/dev/pts/9", "CARGO_NET_RETRY": "7",
        "CARGO_TERM_COLOR": "always", "RUST_BACKTRACE": "1", "SOME_TOKEN": "x", "LC_ALL": "C", "USER": "other",
        "CI": "another",
    }  # fmt: skip
    said, counts = looking.build(**noise)
    assert (said, all_hit(counts)) == ("one.txt <you>", True), counts.all["reasons"]


def test_a_file_in_a_directory_that_is_taken_in(looking: Looking) -> None:
    looking.write("assets/two.txt", "2")
    assert looking.build()[0] == "one.txt two.txt <you>"
    assert "the names in `assets` are others: a file was added, removed or renamed" in looking.explain()
    (looking.project / "assets/two.txt").unlink()
    said, counts = looking.build()
    assert (said, all_hit(counts)) == ("one.txt <you>", True), counts.all["reasons"]


def test_a_file_that_was_looked_for_in_vain(looking: Looking) -> None:
    looking.write("askama.toml", '[general]\ndirs = ["themes", "templates"]\n')
    looking.write("themes/page.html", "[{{ name }}]")
    assert looking.build()[0] == "one.txt [you]"
    assert "`askama.toml` appeared" in looking.explain()
    (looking.project / "askama.toml").unlink()
    said, counts = looking.build()
    assert (said, all_hit(counts)) == ("one.txt <you>", True), counts.all["reasons"]


def test_switched_off_it_finds_nothing_that_was_observed(looking: Looking) -> None:
    said, counts = looking.build(DUNNAGE_OBSERVE="0")
    assert said == "one.txt <you>"
    assert counts.all["reasons"]["miss"]["new"] > 0
