"""Outputs that only the compiler can name: new ones count, old ones do not."""

from pathlib import Path

import pytest

from dunnage import limits
from dunnage.engine.listed import made, standing
from dunnage.engine.subject import Missed
from dunnage.model.unit import Listing, Output, Unit
from support.subjects import written
from support.units import LocalView, unit_of


@pytest.fixture
def unit(tmp_path: Path) -> Unit:
    deps = str(tmp_path / "deps")
    outputs = (Output("dep-info", f"{deps}/x-1.d"), Output("link", f"{deps}/libx-1.rlib"))
    return unit_of(str(tmp_path), outputs=outputs, listing=Listing(deps, ("x-1.", "libx-1.so.")))


def compiled(unit: Unit, *names: str) -> None:
    assert unit.listing is not None
    for name in names:
        path = Path(unit.listing.directory, name)
        path.unlink(missing_ok=True)
        written(path, name)


def test_nobody_looks_for_what_most_units_do_not_have(tmp_path: Path) -> None:
    class Blind(LocalView):
        def entries(self, path: str) -> None:
            raise AssertionError(path)

    unit = unit_of(str(tmp_path))
    assert standing(Blind(), unit) == {}
    assert made(Blind(), unit, {}) == []


def test_what_is_new_and_begins_so(unit: Unit) -> None:
    compiled(unit, "x-1.old.rcgu.dwo", "x-1.again.rcgu.dwo")
    before = standing(LocalView(), unit)
    compiled(
        unit, "x-1.d", "libx-1.rlib", "x-1.again.rcgu.dwo", "x-1.b.rcgu.dwo", "libx-1.so.dwp", "x-12.a.dwo"
    )
    assert unit.listing is not None
    Path(unit.listing.directory, "x-1.directory").mkdir()
    found = made(LocalView(), unit, before)
    assert not isinstance(found, Missed)
    assert [(output.kind, Path(output.path).name) for output in found] == [
        ("listed libx-1.so.dwp", "libx-1.so.dwp"),
        ("listed x-1.again.rcgu.dwo", "x-1.again.rcgu.dwo"),
        ("listed x-1.b.rcgu.dwo", "x-1.b.rcgu.dwo"),
    ]


def test_an_expected_output_that_was_not_made_now(unit: Unit) -> None:
    """Of several codegen units in one explicit file rustc makes none; an older file there is not this one's."""
    compiled(unit, "x-1.d", "libx-1.rlib")
    before = standing(LocalView(), unit)
    compiled(unit, "x-1.d")
    assert made(LocalView(), unit, before) == Missed("output-missing", unit.outputs[1].path)


def test_too_many(unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LISTED_OUTPUTS_MAX", 1)
    compiled(unit, "x-1.a.dwo", "x-1.b.dwo")
    assert made(LocalView(), unit, {}) == Missed("output-too-large", "2 files")


def test_a_directory_that_is_not_there(unit: Unit) -> None:
    assert standing(LocalView(), unit) == {}
    assert made(LocalView(), unit, {}) == []
