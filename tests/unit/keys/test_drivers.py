"""Drivers: known by contents, place, and what PATH has for them."""

from pathlib import Path
from typing import Any

import pytest

from dunnage.keys.digests import Digests
from dunnage.keys.drivers import Drivers
from dunnage.keys.toolchain import Toolchain, still_holds
from dunnage.model.digest import Digest
from dunnage.model.view import StatRecord
from support.subjects import written
from support.units import LocalView, unit_of


class NoMemo:
    def digest_of(self, record: StatRecord, namespace: int) -> Digest | None:
        return None

    def remember(self, record: StatRecord, namespace: int, digest: Digest) -> None:
        pass


@pytest.fixture
def drivers() -> Drivers:
    return Drivers(Digests(NoMemo(), lambda: 1 << 62), ("as", "objcopy"))


class Here:
    """A driver in a directory, and two directories of PATH."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.gcc = written(directory / "bin/gcc", "driver")
        self.env = {"PATH": f"{directory}/first:relative::{directory}/second"}

    def identify(self, drivers: Drivers, **changes: Any) -> Toolchain:
        unit = unit_of(str(self.directory), language="c", compiler=str(self.gcc), **changes)
        found = drivers.identify(LocalView(), unit, self.env)
        assert found is not None
        assert drivers.recall(LocalView(), unit, self.env) is found
        return found


@pytest.fixture
def here(tmp_path: Path) -> Here:
    written(tmp_path / "second/as", "assembler")
    return Here(tmp_path)


def test_the_same_is_the_same(drivers: Drivers, here: Here) -> None:
    assert here.identify(drivers).id == here.identify(drivers).id


def test_other_contents_are_another_one(drivers: Drivers, here: Here) -> None:
    before = here.identify(drivers)
    here.gcc.write_text("another driver")
    assert here.identify(drivers).id != before.id


def test_the_same_contents_elsewhere_find_other_programs(drivers: Drivers, here: Here) -> None:
    before = here.identify(drivers)
    here.gcc = written(here.directory / "opt/gcc", "driver")
    assert here.identify(drivers).id != before.id


def test_an_assembler_that_now_comes_first(drivers: Drivers, here: Here) -> None:
    before = here.identify(drivers)
    written(here.directory / "first/as", "assembler")
    now = here.identify(drivers)
    assert now.id != before.id
    assert not still_holds(before, LocalView().stat(before.watched))
    assert still_holds(now, LocalView().stat(now.watched))


def test_a_path_that_finds_the_same(drivers: Drivers, here: Here) -> None:
    before = here.identify(drivers)
    here.env["PATH"] = f"{here.directory}/other:{here.directory}/second:/nowhere"
    assert here.identify(drivers).id == before.id


def test_a_driver_that_cannot_be_read(drivers: Drivers, here: Here) -> None:
    unit = unit_of(str(here.directory), language="c", compiler=f"{here.directory}/none")
    assert drivers.identify(LocalView(), unit, here.env) is None


def test_a_path_of_thousands_is_not_looked_through(drivers: Drivers, here: Here) -> None:
    here.env["PATH"] = ":".join(f"/directory{number}" for number in range(1000))
    unit = unit_of(str(here.directory), language="c", compiler=str(here.gcc))
    assert drivers.identify(LocalView(), unit, here.env) is None


def test_whether_it_knows_of_colours(drivers: Drivers, here: Here) -> None:
    """gcc 4.8 would refuse the word that a terminal's user gets."""
    assert not here.identify(drivers).colors
    here.gcc.write_text("… fdiagnostics-color= …")
    assert here.identify(drivers).colors
