"""Real projects on the host, with each of cargo's commands that compile."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from support import projects
from support.builds import Site, site
from support.commands import run
from support.everything import one_of_everything
from support.projects import Project
from support.stages import COMMANDS, Stages, check, play
from support.tools import Host

LARGE = (pytest.mark.large, pytest.mark.timeout(10800))


@pytest.mark.parametrize(
    ("fetched", "commands"),
    [
        pytest.param(projects.ripgrep, COMMANDS[:-1], id="ripgrep"),  # a release takes as long as all of them
        pytest.param(projects.hyperfine, COMMANDS[:1], id="hyperfine"),
        pytest.param(projects.ripgrep, COMMANDS, id="ripgrep-all", marks=LARGE),
        pytest.param(projects.hyperfine, COMMANDS, id="hyperfine-all", marks=LARGE),
    ],
)
def test_everything_hits_and_is_what_a_plain_build_makes(
    fetched: Callable[[], Project], commands: Sequence[Sequence[str]], tmp_path: Path
) -> None:
    with site(tmp_path / "site", fetched()) as here:
        check(play(here, commands))


@pytest.mark.large
@pytest.mark.timeout(10800)
def test_a_profile_with_fat_lto(tmp_path: Path) -> None:
    """What ripgrep is released with: one program made of all crates at once, which abort instead of unwinding."""
    with site(tmp_path / "site", projects.ripgrep()) as here:
        check(play(here, [("build", "--profile", "release-lto")]))


@pytest.mark.large
@pytest.mark.timeout(10800)
def test_a_large_project(tmp_path: Path) -> None:
    """cargo-nextest, as it is built: two gigabytes."""
    with site(tmp_path / "site", projects.nextest()) as here:
        check(play(here, [("build",)]))


def test_a_workspace_with_everything(tmp_path: Path) -> None:
    """C code that the `cc` crate compiles, a library that only the source names, a proc macro, a shared library."""
    project, home = one_of_everything(tmp_path / "site" / "project")
    with site(tmp_path / "site", project, cargo_home=home) as here:
        seen: Stages = play(here)
        check(seen)
        assert said_by(here) == "7 11 42"
        (project / "native/src/deep.c").write_text("int deep(void) { return 8; }\n")
        here.wipe()
        here.build(Host()).ran.succeeded()
        assert said_by(here) == "8 11 42"


def said_by(here: Site) -> str:
    """What the workspace's program prints."""
    return run([here.directories.target / "debug" / "top"]).succeeded().stdout.strip()
