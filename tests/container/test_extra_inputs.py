"""`[[extra-inputs]]` in a container: the project's file is the one that is mounted, and the user's travels along."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import images
from support.battery.case import app_with_macro
from support.battery.inputs import READS_FILE
from support.builds import Site, site
from support.mixed import explained, said, write
from support.tools import Container

pytestmark = pytest.mark.docker

UNITS = 3
"""The macro, the library, the program."""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    base = tmp_path / "site"
    project = base / "project"
    write(project, {**app_with_macro(READS_FILE), "data.txt": "one"})
    with site(base, project) as made:
        yield made


def reasons(here: Site) -> dict[str, dict[str, int]]:
    """How a build into an empty target directory went."""
    here.wipe()
    here.build(Container(images.bookworm())).ran.succeeded()
    found: dict[str, dict[str, int]] = here.counts().all["reasons"]
    return {outcome: counted for outcome, counted in found.items() if counted}


@pytest.mark.parametrize("whose", ["project", "user"])
def test_a_file_that_a_macro_reads_in_silence(here: Site, whose: str) -> None:
    if whose == "project":
        table = '[[extra-inputs]]\npackage = "app"\nfiles = "data.*"\n'
        (here.directories.source / "dunnage.toml").write_text(table)
    else:
        table = '[[extra-inputs]]\npackage = "app"\nfiles = "/project/data.*"\n'
        here.dunnage.with_suffix(".toml").write_text(table)
    assert reasons(here) == {"miss": {"new": UNITS}}
    assert reasons(here) == {"hit": {"local": UNITS}}
    assert said(here) == "one"

    (here.directories.source / "data.txt").write_text("two")
    changed = reasons(here)
    assert changed["hit"] == {"local": 1}, "the macro"
    assert said(here) == "two"
    name = "data.txt" if whose == "project" else "/project/data.txt"
    words = f"`{name}`, an extra input, changed"
    assert words in explained(here, "app 0.1.0 (lib)")

    (here.directories.source / "data.more").write_text("")
    assert sum(reasons(here)["miss"].values()) >= 1

    (here.directories.source / "data.more").unlink()
    (here.directories.source / "data.txt").write_text("one")
    assert reasons(here) == {"hit": {"local": UNITS}}
    assert said(here) == "one"


def test_a_table_that_is_not_understood(here: Site) -> None:
    (here.directories.source / "dunnage.toml").write_text("[[extra-inputs]]\nfile = 'a'\n")
    here.wipe()
    built = here.build(Container(images.bookworm()))
    built.ran.succeeded()
    assert "extra-inputs, table 1: there is no file, only package, files, env" in built.ran.stderr
    assert said(here) == "one"
