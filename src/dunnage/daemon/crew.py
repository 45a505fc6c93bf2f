"""A crew: the threads that sessions run in, each for one session at a time, kept for the next one.

Starting a thread, and waiting until it says that it runs, takes as long as a third of a hit; handing work to one that
waits takes next to nothing. How many sessions there are at once is not decided here.
"""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Final

Job = Callable[[], None]
"""What a thread does. It raises nothing."""

_PATIENCE_S: Final = 60.0
"""A thread that was not wanted for this long ends: within a build there are no longer pauses."""


class Crew:
    """Threads with one name. Safe for many callers."""

    def __init__(self, name: str, patience_s: float = _PATIENCE_S) -> None:
        self._name = name
        self._patience_s = patience_s
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._lock = threading.Lock()
        self._idle = 0

    @property
    def idle(self) -> int:
        """Threads that wait for a job."""
        return self._idle

    def do(self, job: Job) -> None:
        """Have a job done at once, by a thread that waits, or else by a new one.

        Raises:
            RuntimeError: there can be no further thread.
        """
        with self._lock:
            if self._idle:
                self._idle -= 1
                self._jobs.put(job)
                return
        threading.Thread(target=self._work, args=([job],), name=self._name, daemon=True).start()

    def _work(self, first: list[Job]) -> None:
        job: Job | None = first.pop()  # the thread's own object keeps its arguments
        while job is not None:
            job()
            job = None  # what it holds would live until the next one comes
            job = self._next()

    def _next(self) -> Job | None:
        """The next job; None when nobody wanted this thread for long enough."""
        with self._lock:
            self._idle += 1
        while True:
            try:
                return self._jobs.get(timeout=self._patience_s)
            except Empty:
                with self._lock:
                    if self._jobs.empty():  # else a job came just then, and whoever waits takes it
                        self._idle -= 1
                        return None
