"""Patience: a session waits for what a thread of its own asks of a remote, and no longer than its deadline.

The deadline is counted from when the session began to look there, and moves once it is known what compiling would
take. How long sessions waited, and whether one was held up beyond its deadline, is counted with the remote
(`engine.tiers`).
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from dunnage import limits
from dunnage.errors import RemoteUnavailable

log = logging.getLogger(__name__)

T = TypeVar("T")


class TooLate(Exception):
    """The session does not wait any longer."""


class Patience:
    """One session's with one remote. `ask` puts a question to the waiting client: it is told that it is not forgotten,
    and its ViewGone tells that it went away. `clock` is in seconds and only goes forward.
    """

    def __init__(
        self, lasts_s: float, ask: Callable[[], object], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = ask
        self._clock = clock
        self._began_s = clock()
        self._lasts_s = lasts_s
        self.waited_s = 0.0
        """How long the session stood still for answers."""
        self.overdue_s = 0.0
        """How long it did so beyond its deadline: what it takes to wake up, on a machine that has time for it."""

    @property
    def elapsed_s(self) -> float:
        """Since the session began to look there."""
        return self._clock() - self._began_s

    def lasts(self, seconds: float) -> None:
        """From the beginning so long, from now on."""
        self._lasts_s = seconds

    def answer(self, ask: Callable[[], T]) -> T:
        """What asking gives, or its exception. TooLate, ViewGone; then what is asked goes on by itself."""
        future = begun(ask)
        since_s = self.elapsed_s
        try:
            while not future.done():
                left_s = self._lasts_s - self.elapsed_s
                if left_s <= 0:
                    future.add_done_callback(_log_failure)
                    raise TooLate
                wait([future], min(left_s, limits.FLIGHT_LOOK_S))
                if not future.done() and left_s > limits.FLIGHT_LOOK_S:
                    self._ask()
        finally:
            now_s = self.elapsed_s
            self.waited_s += now_s - since_s
            self.overdue_s = max(self.overdue_s, now_s - max(since_s, self._lasts_s))
        return future.result()


def begun(ask: Callable[[], T]) -> "Future[T]":
    """What a thread of its own finds out. It holds nobody up: neither a session, nor the end of the daemon."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(ask())
        except BaseException as error:  # noqa: BLE001 - whoever waits for it gets it
            future.set_exception(error)

    try:
        threading.Thread(target=run, name="remote", daemon=True).start()
    except RuntimeError as error:
        future.set_exception(RemoteUnavailable(f"There is no thread to ask a remote: {error}."))
    return future


def _log_failure(future: "Future[T]") -> None:
    if not future.cancelled() and (error := future.exception()) is not None:
        log.info("what came too late did not come at all: %s", error)
