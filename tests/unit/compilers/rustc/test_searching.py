"""What counts of a directory in which rustc finds libraries."""

import pytest

from dunnage.compilers.rustc.searching import is_archive, searched, shows_archives, without_archives
from dunnage.model.unit import SearchDir
from support.rustc_args import unit_of

SEARCHES = ("-Lnative=/n", "--extern=a=/liba.rmeta")


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("native", {"liba.a", "b.lib"}),
        ("framework", {"liba.a", "b.lib"}),
        ("crate", {"c.rlib", "d.rmeta", "e.so"}),
        ("all", {"liba.a", "b.lib", "c.rlib", "d.rmeta", "e.so"}),
    ],
)
def test_what_is_found_in_a_directory(kind: str, names: set[str]) -> None:
    directory = searched(kind, "/n")
    assert (directory.role, directory.path) == (f"-L {kind}", "/n")
    every = ("liba.a", "b.lib", "c.rlib", "d.rmeta", "e.so", "f.o", "g.txt")
    assert {name for name in every if name.endswith(directory.suffixes)} == names


def test_without_archives_crates_remain() -> None:
    native, everything = without_archives([searched("native", "/n"), searched("all", "/a")])
    assert native == SearchDir("-L native", "/n", ())
    assert everything.suffixes == (".rlib", ".rmeta", ".so", ".dylib", ".dll")


def test_they_tell_which_they_are() -> None:
    native = searched("native", "/n")
    assert shows_archives(())
    assert shows_archives(without_archives([native]))
    assert not shows_archives([native])
    assert is_archive("/n/liba.a")
    assert not is_archive("/n/liba.rlib")


def test_who_shows_which_archives_it_reads() -> None:
    assert shows_archives(unit_of(*SEARCHES).search_dirs)
    unlike = [
        unit_of("-Lnative=/n"),  # a unit without crates is not observed
        unit_of(*SEARCHES, env={"DUNNAGE_OBSERVE": "0"}),
        unit_of(*SEARCHES, "--crate-type=staticlib"),
        unit_of(*SEARCHES, "--crate-type=cdylib"),
    ]
    assert not any(shows_archives(unit.search_dirs) for unit in unlike)
