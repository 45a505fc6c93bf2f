"""A lull: what is stored for later waits until compilers leave the machine to it.

Storing takes a cold build's own cores: copying, hashing and searching its libraries, and their records, was half a
second of the fifteen of ripgrep on two cores, which a build that waits for compilers has not to spare, and which
nobody misses a moment later. So results that nobody can be waiting for are stored when few compilers run, one after
the other in the order in which they came. A ticket is whoever waits; it is called at once

*   when it is wanted: an equal miss follows its flight (`engine.flight`), or somebody asks for counts;
*   when too many wait behind it, or it has waited for too long: a daemon that is killed loses what waits, and each
    waits with a thread and some descriptors;
*   when the daemon ends.

Few are compilers for which there are more than two cores each, for rustc has threads of its own. A build has no
compiler for a moment between two units, too: nobody is called before it was calm for `limits.LULL_REST_S`.
"""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dunnage import limits


class Ticket:
    """One who waits, or may come to wait."""

    def __init__(self) -> None:
        self.is_wanted = False
        self.call = threading.Event()
        """Set when there may be news: it is the first now, or wanted, or it has become calm."""

    def want(self) -> None:
        """Do not wait, or no longer. May be called at any time, by anybody."""
        self.is_wanted = True
        self.call.set()


class Lull:
    """Calls those who wait. Safe for many threads. `clock` is in seconds and only goes forward."""

    def __init__(self, cores: int | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._cores = cores or len(os.sched_getaffinity(0))
        self._clock = clock
        self._lock = threading.Lock()
        self._compiling = 0
        self._calm_since_s = float("-inf")
        self._waiting: deque[Ticket] = deque()
        self._is_over = False

    @contextmanager
    def compiling(self) -> Iterator[None]:
        """A compiler runs."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    @contextmanager
    def turn(self, ticket: Ticket) -> Iterator[None]:
        """Wait for a lull, or for a reason to go on without one. Who comes next is called when this is left."""
        due_s = self._clock() + limits.LULL_WAIT_S
        with self._lock:
            self._waiting.append(ticket)
            if len(self._waiting) > limits.LULL_TICKETS_MAX:
                next((other for other in self._waiting if not other.is_wanted), ticket).want()
            if self._is_over:
                ticket.want()
        try:
            self._wait(ticket, due_s)
            yield
        finally:
            with self._lock:
                self._waiting.remove(ticket)
                self._call_first()

    def call_all(self) -> None:
        """Somebody wants what all have that wait now."""
        with self._lock:
            for ticket in self._waiting:
                ticket.want()

    def end(self) -> None:
        """Nobody waits any more, nor whoever comes."""
        with self._lock:
            self._is_over = True
        self.call_all()

    def _count(self, change: int) -> None:
        with self._lock:
            was_calm = self._is_calm()
            self._compiling += change
            if self._is_calm() and not was_calm:
                self._calm_since_s = self._clock()
                self._call_first()

    def _is_calm(self) -> bool:
        return 2 * self._compiling < self._cores

    def _call_first(self) -> None:
        if self._waiting:
            self._waiting[0].call.set()

    def _wait(self, ticket: Ticket, due_s: float) -> None:
        while True:
            ticket.call.clear()
            if (wait_s := self._wait_s(ticket, due_s)) <= 0:
                return
            ticket.call.wait(wait_s)

    def _wait_s(self, ticket: Ticket, due_s: float) -> float:
        """How long a ticket has to wait if nothing happens."""
        with self._lock:
            now_s = self._clock()
            if ticket.is_wanted:
                return 0
            if ticket is self._waiting[0] and self._is_calm():
                return min(due_s, self._calm_since_s + limits.LULL_REST_S) - now_s
            return due_s - now_s
