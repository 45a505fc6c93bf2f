"""The benchmark's arithmetic."""

import pytest

from bench.figures import Series, ratio, turns


def test_the_ratio_is_taken_round_by_round() -> None:
    ours, theirs = Series((1.0, 10.0, 1.0)), Series((2.0, 20.0, 1.0))
    assert ratio(ours, theirs) == 0.5
    assert ours.median / theirs.median == 0.5


def test_one_busy_round_does_not_decide() -> None:
    assert ratio(Series((1.0, 30.0, 3.0)), Series((1.0, 10.0, 3.0))) == 1.0


def test_series_of_different_lengths_compare_by_their_medians() -> None:
    assert ratio(Series((1.0, 2.0, 3.0)), Series((4.0,))) == 0.5


@pytest.mark.parametrize(("percent", "expected"), [(0, 1.0), (50, 6.0), (90, 10.0), (100, 10.0)])
def test_percentile(percent: float, expected: float) -> None:
    assert Series(tuple(float(n) for n in range(10, 0, -1))).percentile(percent) == expected


def test_everybody_is_first_in_turn() -> None:
    order = turns(["a", "b", "c"], 4)
    assert [round_[0] for round_ in order] == ["a", "b", "c", "a"]
    assert all(sorted(round_) == ["a", "b", "c"] for round_ in order)
