"""Warm builds alone: every store is filled once, then everybody builds in turn.

A round takes as long as the warm builds do, so there can be many of them, close together: a machine that drifts is the
same for all in a round. In `builds` each warm build follows its own cold one, minutes from the next contestant's.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field

from bench.builds import Site
from bench.contestants import Contestant
from bench.figures import Series, turns

ROUNDS_MIN = 8
"""They are cheap once the stores are full."""


@dataclass(slots=True)
class Warm:
    """One contestant's warm builds, in seconds, round by round."""

    seconds: list[float] = field(default_factory=list)
    hits: str = ""

    @property
    def series(self) -> Series:
        """The builds."""
        return Series(tuple(self.seconds))


def race(
    site: Site, contestants: Mapping[str, Contestant], rounds: int
) -> Iterator[tuple[int, str, dict[str, Warm]]]:
    """Fill the stores and run all rounds; after each build its number of round, whose it was, and all times so far.

    All daemons are up all the time, and idle while another one's turn is. The disk is synced before each build, so that
    nobody writes out what another one left.
    """
    warm = {name: Warm() for name in contestants if name != "plain"}
    site.build({})
    with ExitStack() as running:
        envs = {name: running.enter_context(site.running(contestants[name])) for name in warm}
        for name in warm:
            for _ in range(2):  # cold; and once warm, which may tidy up behind the cold one
                site.build(envs[name], contestants[name].command)
                contestants[name].settle()
        for number, order in enumerate(turns(list(warm), rounds)):
            for name in order:
                shutil.rmtree(site.project / "target")
                os.sync()
                warm[name].seconds.append(site.build(envs[name], contestants[name].command))
                contestants[name].settle()
                warm[name].hits = contestants[name].hits()
                yield number, name, warm
