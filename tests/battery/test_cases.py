"""Each case of the battery with dunnage: two states, back and forth, equal to builds without it in everything."""

from pathlib import Path

import pytest

from support.battery.case import Case
from support.battery.judge import stand, wrong_with_dunnage
from support.battery.record import CASES


def parameter(case: Case) -> object:
    marks = [pytest.mark.xfail(strict=True, reason=case.limit)] if case.limit else []
    return pytest.param(case, id=f"line-{case.id}", marks=marks)


@pytest.mark.parametrize("case", [parameter(case) for case in CASES])
def test_line(case: Case, tmp_path: Path) -> None:
    with stand(case, tmp_path / "stand") as here:
        a, b = here.truth()
        if case.a != case.b and case.differ:
            assert (a.code, a.printed, a.said, a.built.files) != (b.code, b.printed, b.said, b.built.files)
        wrong = [f"a: {one}" for one in wrong_with_dunnage(case, here.dunnage(case.a), a)]
        cold = here.site.counts()
        if case.meddle is not None:
            case.meddle(here.target, here.site.dunnage)
        wrong += [f"b: {one}" for one in wrong_with_dunnage(case, here.dunnage(case.b), b)]
        changed = here.site.counts()
        if case.back:
            wrong += [f"a again: {one}" for one in wrong_with_dunnage(case, here.dunnage(case.a), a)]
        back = here.site.counts()
    assert wrong == []
    assert cold.fallbacks == changed.fallbacks == back.fallbacks == 0
    if not case.differ:
        assert changed.hits > 0
    if case.hits:
        assert back.hits > 0
