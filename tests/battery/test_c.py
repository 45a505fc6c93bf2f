"""Each case of the battery for C, with the compilers that are here: equal to the compiler alone in everything."""

from pathlib import Path

import pytest

from support.battery import c_inputs, c_outputs, c_places
from support.battery.c_case import CCase
from support.battery.c_judge import Stand, judge

CASES = [*c_inputs.CASES, *c_places.CASES, *c_outputs.CASES]


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.name}-{case.words[0]}") for case in CASES])
def test_case(case: CCase, tmp_path: Path) -> None:
    assert judge(case, Stand.at(tmp_path / "project")) == []
