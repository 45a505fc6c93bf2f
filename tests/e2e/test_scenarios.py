"""What a working day does to a cache: branches, worktrees, a toolchain that is another one tomorrow.

Hits where they are right, and misses with the right words where they are not.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from support.battery.native import sysroot_crate
from support.builds import Site, differences, site
from support.commands import run
from support.mixed import UNITS, explained, mixed, said, write
from support.tools import Directories, Host, toolchain

OTHER = {
    "base/src/words.rs": None,
    "base/src/words/mod.rs": 'pub const WORD: &str = "second";\npub const WHERE: &str = file!();\n',
}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    base = tmp_path / "site"
    with site(base, mixed(base / "project")) as made:
        yield made


def git(directory: Path, *words: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    run(["git", *who, *words], cwd=directory).succeeded()


@pytest.fixture
def branches(here: Site) -> Site:
    """A repository with the branches `main` and `other`."""
    source = here.directories.source
    git(source, "init", "--quiet")
    run(["cargo", "generate-lockfile", "--offline"], cwd=source).succeeded()
    for name, files in (("main", {}), ("other", OTHER)):
        git(source, "checkout", "--quiet", "-b", name)
        write(source, files)
        git(source, "add", "--all")
        git(source, "commit", "--quiet", "--message", name)
    git(source, "checkout", "--quiet", "main")
    return here


def count(at: Site) -> tuple[int, int]:
    """Hits and misses of a build on top of what is there."""
    at.build(Host()).ran.succeeded()
    counts = at.counts()
    assert counts.fallbacks == 0
    return counts.compiled()


def test_branches_switched_back_and_forth(branches: Site) -> None:
    """The target directory stays, as it does for whoever works so: cargo itself sees new times, and calls."""
    source = branches.directories.source
    assert count(branches) == (0, UNITS)
    first = branches.build(Host()).files
    assert said(branches) == "first base/src/words.rs 42"

    git(source, "checkout", "--quiet", "other")
    hits, misses = count(branches)
    assert (hits, misses) == (0, 2), "the library and the program"
    assert said(branches) == "second base/src/words/mod.rs 42"
    assert list(explained(branches, "base"))[:2] == [
        "`base/src/words/mod.rs` appeared",
        "`base/src/words.rs` is gone",
    ]
    second = branches.build(Host()).files

    for name, files, word in (
        ("main", first, "first"),
        ("other", second, "second"),
        ("main", first, "first"),
    ):
        git(source, "checkout", "--quiet", name)
        assert count(branches) == (2, 0), name
        assert said(branches).startswith(word)
        assert differences(branches.build(Host()).files, files) == []
        assert count(branches) == (0, 0), "cargo has nothing to do"


def second_worktree(of: Site, tmp_path: Path) -> Site:
    place = tmp_path / "second"
    git(of.directories.source, "worktree", "add", "--quiet", "--detach", str(place))
    target = tmp_path / "second-target"
    return replace(of, directories=Directories(place, target, of.directories.cargo_home))


def test_two_worktrees_at_once(branches: Site, tmp_path: Path) -> None:
    sites = (branches, second_worktree(branches, tmp_path))
    truth = []
    for one in sites:
        truth.append(one.build(Host(), cache=False).files)
        one.wipe()
    counted = []
    for _ in range(2):
        with ThreadPoolExecutor(2) as pool:
            built = list(pool.map(lambda one: one.build(Host()), sites))
        for made, expected, one in zip(built, truth, sites, strict=True):
            made.ran.succeeded()
            assert differences(made.files, expected) == []
            assert said(one) == "first base/src/words.rs 42"
            one.wipe()
        counts = branches.counts()
        assert counts.fallbacks == 0
        hits, misses = counts.compiled()
        counted.append((hits + misses, misses))
    assert counted[0][0] == 2 * UNITS
    assert counted[1] == (2 * UNITS, 0)


def test_a_second_worktree_is_told_why_it_compiles(branches: Site, tmp_path: Path) -> None:
    assert count(branches) == (0, UNITS)
    second = second_worktree(branches, tmp_path)
    second.build(Host()).ran.succeeded()
    counts = second.counts()
    assert counts.all["reasons"]["miss"]["bound-elsewhere"] >= 1
    [sentence] = explained(second, "base")
    assert sentence == (
        f"an output holds the path of the workspace, which stood at {branches.directories.source} "
        f"and stands at {second.directories.source} now"
    )


def test_a_toolchain_that_is_swapped_under_its_name(here: Site, tmp_path: Path) -> None:
    """The name is a link, as version managers have it; the compilers behind it differ in one file of the sysroot,
    and have all others in common, down to their inodes.
    """
    name = tmp_path / "toolchain"
    one, two = (tmp_path / word / "sysroot" for word in ("one", "two"))
    sysroot_crate(one, "one")
    sysroot_crate(two, "two", like=one)
    write(
        here.directories.source,
        {
            "base/src/lib.rs": "extern crate patched;\npub mod words;\n",
            "base/src/words.rs": "pub const WORD: &str = patched::WORD;\npub const WHERE: &str = file!();\n",
        },
    )

    def use(word: str) -> None:
        name.unlink(missing_ok=True)
        name.symlink_to(tmp_path / word / "sysroot")
        here.wipe()

    path = f"{toolchain() / 'bin'}:{here.environ['PATH']}"
    at = here.with_env(RUSTC=str(name / "bin/rustc"), PATH=path)
    for word in ("one", "two"):
        use(word)
        assert count(at) == (0, UNITS)
        assert said(at) == f"{word} base/src/words.rs 42"
    first = explained(at, "base")[0]
    assert first.startswith("the toolchain says that it is rustc ")
    assert first.endswith("differ: a component or target was added or removed, or another one took its place")
    for word in ("one", "two"):
        use(word)
        assert count(at) == (UNITS, 0)
        assert said(at) == f"{word} base/src/words.rs 42"
