"""Portable mode: what one place compiled serves another worktree and another user, and debuggers find the sources."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from support import projects
from support.builds import Built, Counts, Site, differences, site
from support.commands import Ran, run
from support.require import require
from support.tools import Host

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

PORTABLE = {"DUNNAGE_PORTABLE": "1"}

PLAIN = """\
#!/bin/sh
# What portable mode does, without a cache: the same words behind the others. Questions stay as they are.
case "$*" in
*--crate-name*)
    exec "$@" --remap-path-prefix="$WORKSPACE=/dunnage/workspace" \\
        --remap-path-prefix="$CARGO_HOME=/dunnage/cargo-home" --remap-path-prefix="$CARGO_TARGET_DIR=/dunnage/target"
    ;;
esac
exec "$@"
"""


def at(here: Site, directory: Path, **env: str) -> Site:
    """The same store with another checkout of the sources, whose target directory lies within it."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(here.directories.source, directory)
    home = Path(env.get("CARGO_HOME", here.directories.cargo_home))
    places = replace(here.directories, source=directory, target=directory / "target", cargo_home=home)
    return replace(here, directories=places).with_env(**env)


def plainly(there: Site, script: Path) -> Built:
    """A build without dunnage that is given the same words."""
    script.write_text(PLAIN)
    script.chmod(0o755)
    built = there.with_env(RUSTC_WRAPPER=str(script), WORKSPACE=str(there.directories.source)).build(
        Host(), cache=False
    )
    built.ran.succeeded()
    return built


@dataclass(frozen=True, slots=True)
class Story:
    """ripgrep, built at one place and then at two others, each beside a plain build."""

    worktree: Counts
    stranger: Counts
    built: Built
    plain: Built
    again: Built


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    base = tmp_path_factory.mktemp("portable")
    with site(base / "first", projects.ripgrep()) as first:
        here = first.with_env(**PORTABLE)
        here.build(Host()).ran.succeeded()
        here.counts()
        worktree = at(here, base / "a/longer/way/to/second")
        worktree.build(Host()).ran.succeeded()
        counted = worktree.counts()
        home = base / "stranger"
        shutil.copytree(here.directories.cargo_home, home / ".cargo", symlinks=True)
        rustup = os.environ.get("RUSTUP_HOME") or str(Path.home() / ".rustup")
        stranger = at(
            here, home / "src/rg", HOME=str(home), CARGO_HOME=str(home / ".cargo"), RUSTUP_HOME=rustup
        )
        built = stranger.build(Host())
        built.ran.succeeded()
        counted_there = stranger.counts()
        again = stranger.build(Host())
        stranger.wipe()
        yield Story(counted, counted_there, built, plainly(stranger, base / "plain.sh"), again)


def test_a_second_worktree_hits(story: Story) -> None:
    assert story.worktree.rate() >= 0.95, story.worktree.all["reasons"]


@pytest.mark.large
@pytest.mark.timeout(10800)
def test_a_second_worktree_of_a_large_project_hits(tmp_path: Path) -> None:
    """cargo-nextest: C and assembler code are in it, which build scripts compile anew at each place."""
    with site(tmp_path / "first", projects.nextest()) as first:
        here = first.with_env(**PORTABLE)
        here.build(Host()).ran.succeeded()
        here.counts()
        here.wipe()
        worktree = at(here, tmp_path / "a/longer/way/to/second")
        built = worktree.build(Host())
        built.ran.succeeded()
        counts = worktree.counts()
        assert counts.rate() >= 0.95, counts.all["reasons"]
        assert worktree.build(Host()).compiled == []
        worktree.wipe()
        plain = plainly(worktree, tmp_path / "plain.sh")
        assert differences(plain.files, built.files) == []


def test_another_user_with_another_cargo_home_hits(story: Story) -> None:
    assert story.stranger.rate() >= 0.95, story.stranger.all["reasons"]


def test_outputs_are_those_of_a_build_with_the_same_remaps(story: Story) -> None:
    assert len(story.plain.files) > 100
    assert differences(story.plain.files, story.built.files) == []


def test_a_second_build_compiles_nothing(story: Story) -> None:
    assert story.again.compiled == []


ASKING = """\
use proc_macro::TokenStream;

#[proc_macro]
pub fn length(_: TokenStream) -> TokenStream {
    std::env::var("OUT_DIR").unwrap().len().to_string().parse().unwrap()
}
"""
INCLUDING = """\
include!(concat!(env!("OUT_DIR"), "/made.rs"));
pub const LENGTH: usize = asking::length!();
"""


def test_a_macro_that_asks_for_out_dir_itself_binds_what_includes_from_it(tmp_path: Path) -> None:
    """It makes a number of the place, which shows nowhere."""
    source = projects.small(tmp_path / "first/project", dependencies='asking = { path = "asking" }\n')
    asking = projects.small(source / "asking", name="asking")
    (asking / "src/main.rs").unlink()
    (asking / "src/lib.rs").write_text(ASKING)
    with (asking / "Cargo.toml").open("a") as manifest:
        manifest.write("\n[lib]\nproc-macro = true\n")
    (source / "src/lib.rs").write_text(INCLUDING)
    (source / "src/main.rs").write_text(
        'fn main() {\n    println!("{} {}", small::MADE, small::LENGTH);\n}\n'
    )
    (source / "build.rs").write_text(
        'fn main() {\n    let made = std::env::var("OUT_DIR").unwrap() + "/made.rs";\n'
        '    std::fs::write(made, "pub const MADE: u8 = 1;").unwrap();\n}\n'
    )
    with site(tmp_path / "first", source) as made:
        first = made.with_env(**PORTABLE)
        for place in (first, at(first, tmp_path / "a/longer/way/to/second/project")):
            place.build(Host()).ran.succeeded()
            (out,) = place.directories.target.glob("debug/build/small-*/out")
            assert program(place).stdout == f"1 {len(str(out))}\n"


LIBRARY = """\
pub fn divided(by: u32) -> u32 {
    let all: u32 = 42;
    all.checked_div(by).expect("nobody divides by zero")
}
"""
PROGRAM = 'fn main() {\n    println!("{}", small::divided(std::env::args().len() as u32 - 1));\n}\n'


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A small program, compiled at one place and restored at another."""
    base = tmp_path_factory.mktemp("moved")
    source = projects.small(base / "first/project", dependencies='beside = { path = "beside" }\n')
    (source / "src/lib.rs").write_text(LIBRARY + "pub use beside::twice;\n")
    (source / "src/main.rs").write_text(PROGRAM)
    beside = projects.small(source / "beside", name="beside")
    (beside / "src/main.rs").unlink()
    with site(base / "first", source) as made:
        first = made.with_env(**PORTABLE)
        first.build(Host()).ran.succeeded()
        there = at(first, base / "second/project")
        first.counts()
        there.build(Host()).ran.succeeded()
        counts = there.counts()
        assert (counts.hits, counts.misses) == (3, 0), counts.all["reasons"]
        shutil.rmtree(source)  # nobody finds the sources where they were compiled
        yield there


def program(there: Site, *words: str, **env: str) -> Ran:
    return run([there.directories.target / "debug/small", *words], env=there.environ | env)


def test_a_panic_and_a_backtrace_show_stable_names(moved: Site) -> None:
    said = program(moved, RUST_BACKTRACE="1").stderr
    assert "panicked at src/lib.rs:3:25" in said
    names = re.findall(r"at (/\S+/src/(?:lib|main)\.rs):\d+", said)
    assert {"/dunnage/workspace/src/lib.rs", "/dunnage/workspace/src/main.rs"} <= set(names), said
    shown = moved.dunnage_says("config", "--debugger", "vscode").stdout
    assert f'"/dunnage/workspace": "{moved.directories.source}"' in shown


def test_gdb_finds_the_sources_with_what_config_prints(moved: Site, tmp_path: Path) -> None:
    require("gdb")
    settings = tmp_path / "settings"
    settings.write_text(moved.dunnage_says("config", "--debugger", "gdb").stdout)
    words = ["-ex", "break small::divided", "-ex", "run", "-ex", "list", "-ex", "list beside::twice"]
    binary = moved.directories.target / "debug/small"
    gdb = ["gdb", "-batch", "-nx", "-x", settings, *words, "--args", binary, "x"]
    said = run(gdb, env=moved.environ, cwd=tmp_path).stdout
    assert 'expect("nobody divides by zero")' in said, said
    without = run([*gdb[:3], *gdb[5:]], env=moved.environ, cwd=tmp_path).stdout
    assert "nobody divides" not in without
