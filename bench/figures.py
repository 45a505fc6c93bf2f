"""Medians and ratios of measured times. All times are seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Series:
    """The times of one thing, in the order in which they were taken."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return median(self.seconds)

    def percentile(self, percent: float) -> float:
        """The smallest time that `percent` of all do not exceed."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def ratio(series: Series, base: Series) -> float:
    """How many times `base` it is: the median of the rounds' own ratios, where both were measured in the same rounds.

    Round by round, because a busy minute of the machine then hits both.
    """
    if len(series.seconds) == len(base.seconds):
        return median(ratios(series, base))
    return series.median / base.median


def ratios(series: Series, base: Series) -> tuple[float, ...]:
    """How many times `base` it is, round by round."""
    return tuple(one / other for one, other in zip(series.seconds, base.seconds, strict=True))


def turns(names: Sequence[str], rounds: int) -> list[list[str]]:
    """The order of each round: everybody is first, and last, as often as anybody else."""
    return [[*names[shift:], *names[:shift]] for shift in (number % len(names) for number in range(rounds))]
