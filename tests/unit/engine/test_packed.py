"""What packed debug information is made of, by the names in what was linked."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.engine.packed import packed_files
from dunnage.engine.subject import Missed
from dunnage.model.unit import Listing, Unit
from support.subjects import written
from support.units import LocalView, unit_of


@pytest.fixture
def unit(tmp_path: Path) -> Unit:
    return unit_of(str(tmp_path), listing=Listing("/o", ("x-1.",)))


@contextmanager
def program(directory: Path, *names: str, filler: int = 0) -> Iterator[dict[str, int]]:
    data = bytes(filler) + b"".join(b"\0" + name.encode() for name in names) + b"\0"
    descriptor = os.open(written(directory / "program", data), os.O_RDONLY)
    yield {"bin": descriptor}
    os.close(descriptor)


def member(name: str) -> bytes:
    return f"{name}/".encode().ljust(48) + b"0".ljust(10) + b"`\n"


def test_own_ones_and_those_in_libraries_count_already(tmp_path: Path, unit: Unit) -> None:
    library = written(tmp_path / "liba.rlib", b"!<arch>\n" + member("a.1.dwo"))
    script = written(tmp_path / "libm.a", "/* a script for a linker */")
    with program(tmp_path, "/o/x-1.u.rcgu.dwo", "/o/a.1.dwo", ".debug_info.dwo", "no.dwo.name") as linked:
        assert packed_files(LocalView(), unit, linked, [str(library), str(script)]) == ([], [])


@pytest.mark.parametrize("filler", [0, (1 << 20) - 20, (1 << 20) - 1])
def test_what_is_on_the_disk_and_what_is_not(tmp_path: Path, unit: Unit, filler: int) -> None:
    there = written(tmp_path / "there.dwo", "")
    gone = tmp_path / "gone.dwo"
    with program(tmp_path, str(there), str(gone), filler=filler) as linked:
        assert packed_files(LocalView(), unit, linked, []) == ([str(there)], [str(gone)])


def test_a_name_of_which_nobody_knows_where_it_begins(tmp_path: Path, unit: Unit) -> None:
    with program(tmp_path, "sub/a.dwo") as linked:
        assert packed_files(LocalView(), unit, linked, []) == Missed("link-unobserved", "sub/a.dwo")


def test_too_many(tmp_path: Path, unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ABSENT_PER_LINK_MAX", 1)
    with program(tmp_path, "/a.dwo", "/b.dwo") as linked:
        assert packed_files(LocalView(), unit, linked, []) == Missed("link-unobserved", "too many places")


def test_a_library_that_is_gone(tmp_path: Path, unit: Unit) -> None:
    with program(tmp_path, "/a.dwo") as linked, pytest.raises(OSError, match="cannot be opened"):
        packed_files(LocalView(), unit, linked, [str(tmp_path / "libgone.rlib")])
