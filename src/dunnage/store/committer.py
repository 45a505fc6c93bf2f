"""The committer: a thread that writes what waits in memory, `limits.COMMIT_INTERVAL_MS` after the first of it came.

Stamps of recency, counters and the digest memo wait, because a hit must not wait for them. It sleeps for good while
nothing waits.
"""

import logging
import threading
from collections.abc import Callable, Sequence

from dunnage import limits
from dunnage.errors import StoreError

_log = logging.getLogger("dunnage.store")


class Committer:
    """Calls each of `flushes` some time after `wake`. A flush that fails is logged, the others are called."""

    def __init__(self, flushes: Sequence[Callable[[], None]]) -> None:
        self._flushes = flushes
        self._waiting = threading.Event()
        self._ending = threading.Event()
        self._failing = False
        self._thread = threading.Thread(target=self._run, name="dunnage-committer", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Something waits."""
        if not self._waiting.is_set():
            self._waiting.set()

    def flush(self) -> None:
        """Write everything now."""
        failed = False
        for flush in self._flushes:
            try:
                flush()
            except StoreError as error:
                failed = True
                if not self._failing:  # Once, not ten times a second.
                    _log.warning("cannot be written now: %s", error)
        self._failing = failed

    def close(self) -> None:
        """Write everything, end the thread."""
        self._ending.set()
        self._waiting.set()
        self._thread.join()
        self.flush()

    def _run(self) -> None:
        while True:
            self._waiting.wait()
            self._ending.wait(limits.COMMIT_INTERVAL_MS / 1000)
            if self._ending.is_set():
                return
            self._waiting.clear()
            try:
                self.flush()
            except Exception:  # noqa: BLE001 - without this thread counters would only grow in memory
                _log.exception("the committer goes on")
