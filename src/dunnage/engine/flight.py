"""Single flight: of equal misses at the same moment one session compiles, and the others wait for its result.

    miss ─▶ lead ──▶ compile ─▶ record ─▶ land          the first: it never waits
             └─▶ follow ─▶ look up again ─▶ hit (`shared`), or compile as if nobody else did

Which misses are equal has to be known before the compiler says what it reads. A flight is named by

*   the unit key: toolchain, options, names, and everything relative to its root;
*   the contents, as far as the lookup read them: the action key under the newest path set. A unit that was never seen
    has none, and nothing is read only to find out whether somebody else is at it. There the sizes of the inputs
    stand for their contents: the stats have told them, and what is equal has equal sizes. Where they deceive
    (other modules of the same names, at the same place in two containers), a session has waited in vain, and compiles;
*   the places of those roots that the result will most likely be bound to: where the sources and the working directory
    are, and what a macro may look at. Two worktrees share what they compile from the registry, and do not wait for
    each other's members. That OUT_DIR is set says little, for most build scripts write nothing into it: four builds of
    ripgrep into four target directories compiled 62 libraries with its place in the name of a flight, and 48 without.
    A unit that is known to be bound waits at the same places only.

Whoever waited looks everything up again, so a wrong guess costs time and never gives a wrong result. So does who comes
so late that an equal flight has landed between its lookup and its lead: it looked too early, and nobody is left to wait
for.

It cannot deadlock. A leader waits for nobody but its compiler, so no circle of sessions can wait for each other.
A compiler needs no more than the job token with which cargo started its client: further ones it asks for, and works
on without them. Its inputs are there before cargo starts it, so it needs nothing that a waiting client would make.
No lock is held while waiting, and a wait ends with its leader's session, however that ends, and with the flight's age.
A daemon that stops does not wait for followers: their connections end, and their clients compile.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from dunnage import limits
from dunnage.engine.subject import Missed, Subject
from dunnage.model.view import STAT

FlightKey = tuple[object, ...]
"""Equal for equal work."""

_SIZE: Final = 4
"""The field of a stat record."""


@dataclass(frozen=True, slots=True, eq=False)
class Flight:
    """One compile that others may wait for."""

    key: FlightKey
    until_s: float
    """When nobody waits for it any more."""
    landed: threading.Event = field(default_factory=threading.Event)


class Flights:
    """The compiles of this moment. Safe for many threads. `clock` is in seconds and only goes forward."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, look_s: float = limits.FLIGHT_LOOK_S
    ) -> None:
        self._clock = clock
        self._look_s = look_s
        self._lock = threading.Lock()
        self._aloft: dict[FlightKey, Flight] = {}
        self._landings = 0
        self._landed: dict[FlightKey, int] = {}
        """The last flights that have landed, each with its number, the oldest first."""

    @property
    def landings(self) -> int:
        """How many have landed so far."""
        return self._landings

    def lead(self, key: FlightKey) -> Flight | None:
        """Begin a flight, which the caller lands whatever happens; None where another session leads.

        One that takes too long is waited for no more, and another may lead beside it.
        """
        now_s = self._clock()
        with self._lock:
            other = self._aloft.get(key)
            if other is not None and now_s < other.until_s:
                return None
            flight = self._aloft[key] = Flight(key, now_s + limits.FLIGHT_WAIT_S)
            return flight

    def land(self, flight: Flight) -> None:
        """The result is in the store, or there will be none."""
        with self._lock:
            if self._aloft.get(flight.key) is flight:
                del self._aloft[flight.key]
            self._landings += 1
            self._landed.pop(flight.key, None)
            self._landed[flight.key] = self._landings
            if len(self._landed) > limits.LANDINGS_KEPT_MAX:
                del self._landed[next(iter(self._landed))]
        flight.landed.set()

    def landed_since(self, key: FlightKey, landings: int) -> bool:
        """Whether an equal one has landed since there were so many `landings`: then look up once more."""
        with self._lock:
            return self._landed.get(key, 0) > landings

    def follow(self, key: FlightKey, ask: Callable[[], object]) -> None:
        """Wait until the leader has landed, left, or takes too long.

        `ask` puts a question to the waiting client, again and again: that finds out, by its `ViewGone`, that it went
        away, and tells a patient one that it is not forgotten (it gives up after `limits.REPLY_TIMEOUT_S`).
        """
        with self._lock:
            flight = self._aloft.get(key)
        if flight is None:
            return
        while not flight.landed.wait(self._look_s) and self._clock() < flight.until_s:
            ask()


def flight_key(subject: Subject, missed: Missed) -> FlightKey:
    """What a miss of this unit, here and now, is equal to."""
    contents: object = subject.looked
    if contents is None:
        contents = tuple(STAT.unpack(subject.records[item.path])[_SIZE] for item in subject.inputs)
    return subject.key, contents, _likely_places(subject, missed)


def _likely_places(subject: Subject, missed: Missed) -> tuple[tuple[str, str], ...]:
    unit, roots = subject.unit, subject.roots
    if missed.reason == "bound-elsewhere":
        return roots.places
    paths = [unit.cwd, *(value for _, value in unit.env_paths)]
    paths += (item.path for item in unit.inputs if item.role == "source")
    names = {name for path in paths for name in roots.within(path)}
    return tuple(place for place in roots.places if place[0] in names)
