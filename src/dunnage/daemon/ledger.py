"""The store of one daemon, opened when it is first needed, and the outcomes that wait while it cannot be opened."""

import logging
import threading
from collections.abc import Callable

from dunnage.errors import StoreError
from dunnage.model.outcome import Result
from dunnage.store.store import Store

log = logging.getLogger(__name__)

_WAITING_MAX = 10_000
"""Outcomes kept while there is no store: a large build's worth."""


class Ledger:
    """Opens the store, again and again if it must; counts outcomes even while there is none."""

    def __init__(self, open_store: Callable[[], Store]) -> None:
        self._open = open_store
        self._lock = threading.Lock()
        self._store: Store | None = None
        self._waiting: list[Result] = []

    @property
    def store(self) -> Store:
        """The store. Raises StoreError."""
        with self._lock:
            if self._store is None:
                self._store = self._open()
                waiting, self._waiting = self._waiting, []
                for result in waiting:
                    self._store.count(result)
            return self._store

    def count(self, result: Result) -> None:
        """Count an outcome now, or as soon as there is a store."""
        try:
            self.store.count(result)
        except StoreError as error:
            with self._lock:
                if len(self._waiting) < _WAITING_MAX:
                    self._waiting.append(result)
            log.warning("an outcome waits to be counted: %s", error)

    def close(self) -> None:
        """Commit and close, if it was ever open."""
        with self._lock:
            if self._store is not None:
                self._store.close()
                self._store = None
