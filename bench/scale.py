"""Whether anything grows with the store: its own part of a hit, and a daemon's work and memory, small and large.

The small and the large store are filled with made-up results (`bench.store`); the store's part is measured over hits
spread among all of them, the daemon's over replayed library units that join them.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.builds import Site
from bench.daemon import DaemonCost, cost_of_hits
from bench.store import fill_directory, measure_directory
from bench.units import Unit

SIZES = (1_000, 200_000)


@dataclass(frozen=True, slots=True)
class Scale:
    """One size of store."""

    actions: int
    store_us: float
    """CPU time of the session's thread that the store takes for one hit, microseconds."""
    daemon: DaemonCost


def measure(site: Site, calls: list[Unit], sizes: tuple[int, ...] = SIZES) -> Iterator[Scale]:
    """Each size in turn. Making the large store takes some minutes."""
    for actions in sizes:
        filled = site.scratch / "filled"
        fill_directory(filled, actions)
        store_us = measure_directory(filled, actions)["thread"]

        def take(place: Path, filled: Path = filled) -> None:
            shutil.rmtree(place)
            filled.rename(place)

        yield Scale(actions, store_us, cost_of_hits(site, calls, 10, take))
