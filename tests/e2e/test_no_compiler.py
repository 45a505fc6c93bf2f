"""A warm build starts no compiler: counted by `execve`, in every process below cargo.

cargo's own questions (`rustc -vV`, `rustc - --print=…`) are answered by the daemon, which remembers what it was told in
the cold build. One that has just been started would have them asked, and ask its own about toolchain and linker.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from dunnage.config.clients import WRAPPER_NAME
from support import projects
from support.builds import Counts, Site, site
from support.executions import LOG, Execution, Traced, compilers, executions, questions
from support.projects import Project
from support.require import require
from support.tools import Host

BUILD = ("build", "--locked", "--offline")
LAUNCHERS = ("build-script-build", "build-script-main")


@pytest.mark.slow
def test_ripgrep(tmp_path: Path) -> None:
    assert_none(tmp_path, projects.ripgrep(), c_files_min=0)


@pytest.mark.large
@pytest.mark.timeout(3600)
def test_bat(tmp_path: Path) -> None:
    """libgit2, oniguruma and zlib are in it, and a macro that asks git which commit this is."""
    assert_none(tmp_path, projects.bat(), c_files_min=200)


@pytest.mark.large
@pytest.mark.timeout(10800)
def test_nextest(tmp_path: Path) -> None:
    """418 C and assembler files of aws-lc and zstd, 54 runs of build scripts."""
    assert_none(tmp_path, projects.nextest(), c_files_min=400)


def assert_none(directory: Path, project: Project, c_files_min: int) -> None:
    """All is stored by the first build, and found by the second."""
    with site(directory / "site", project) as here:
        started, counts = warm(here, c_files_min)
    assert compilers(started) == []
    assert counts.misses == 0
    check(started, counts)


def warm(here: Site, c_files_min: int) -> tuple[Sequence[Execution], Counts]:
    """What the second of two builds starts, and what it counts."""
    require("strace")
    require("g++")
    here.build(Host(), cargo=BUILD).ran.succeeded()
    cold = here.counts()
    assert (cold.uncacheable, cold.fallbacks, cold.hits) == ({}, 0, 0)
    assert cold.all["languages"].get("c", {}).get("miss", 0) >= c_files_min
    here.wipe()
    here.build(Traced(Host()), cargo=BUILD).ran.succeeded()
    return [*executions((here.directories.target / LOG).read_text())], here.counts()


def check(started: Sequence[Execution], counts: Counts) -> None:
    """Clients, and launchers that replay their runs."""
    assert questions(started) == {}
    assert counts.compiled("c") == (0, 0)
    names = Counter(each.name for each in started)
    runs = counts.all["languages"]["build script"]
    assert (runs["miss"], runs["uncacheable"], runs["fallback"]) == (0, 0, 0)
    assert sum(names[name] for name in LAUNCHERS) == runs["hit"]
    assert names[WRAPPER_NAME] >= counts.all["languages"]["rust"]["hit"]
