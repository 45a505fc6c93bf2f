"""cross stays the user's own: options, exit codes, commands without a container, and the machine's toolchains."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import images, projects
from support.builds import Site, site
from support.commands import run
from support.tools import Cross

pytestmark = pytest.mark.cross


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path / "site", projects.small(tmp_path / "site" / "project")) as made:
        yield made


@pytest.mark.parametrize("name", ["CROSS_CONTAINER_OPTS", "DOCKER_OPTS"])
def test_the_users_options_reach_the_container_and_win(here: Site, name: str) -> None:
    (here.directories.source / "build.rs").write_text(
        'fn main() {\n    println!("cargo:warning={:?}", std::env::var("GREETING"));\n}\n'
    )
    there = here.with_env(**{name: '-e "GREETING=good  day" -e RUSTC_WRAPPER='})
    built = there.build(Cross(images.bookworm()))
    assert 'Ok("good  day")' in built.ran.succeeded().stderr
    assert there.counts().all["outcomes"] == {"hit": 0, "miss": 0, "uncacheable": 0, "fallback": 0}


def test_the_exit_code_and_the_errors_are_those_of_the_build(here: Site) -> None:
    (here.directories.source / "src/lib.rs").write_text("pub fn twice(n: u32) -> u32 {\n    n * missing\n}\n")
    tool = Cross(images.bookworm())
    plain = here.build(tool, cache=False)
    here.wipe()
    cached = here.build(tool)
    assert cached.ran.returncode == plain.ran.returncode == 101
    assert [line for line in cached.ran.stderr.splitlines() if line.startswith("error")] == [
        line for line in plain.ran.stderr.splitlines() if line.startswith("error")
    ]
    assert here.counts().all["reasons"]["miss"] == {"compile-failed": 1}


def test_what_cross_leaves_to_the_hosts_cargo_uses_the_hosts_client(here: Site) -> None:
    """cross 0.2.5 takes the word behind `--config` for a command that it does not know."""
    there = here.with_env(RUSTC_WRAPPER="/only/in/the/image")
    built = there.build(Cross(images.bookworm()), cargo=("--config", "net.offline=true", "build"))
    built.ran.succeeded()
    assert f"Compiling small v0.1.0 ({here.directories.source})" in built.ran.stderr
    assert there.counts().misses == projects.SMALL_UNITS


def test_toolchains_stay_as_they_are(here: Site) -> None:
    listings = [["rustup", "toolchain", "list"], ["rustup", "component", "list", "--installed"]]
    before = [run(words).succeeded().stdout for words in listings]
    here.build(Cross(images.bookworm())).ran.succeeded()
    assert [run(words).succeeded().stdout for words in listings] == before
