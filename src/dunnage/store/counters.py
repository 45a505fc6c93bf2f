"""Counters: how sessions ended, and which units took how long. Added up in memory, written with the next commit."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from dunnage import limits
from dunnage.errors import StoreError
from dunnage.model.outcome import Outcome, Result
from dunnage.store.database import Database
from dunnage.store.reports import CounterRow, Counters, UnitRow

K = TypeVar("K")

_ADD = """INSERT INTO counters VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    sessions = sessions + excluded.sessions,
    saved_us = saved_us + excluded.saved_us, wall_us = wall_us + excluded.wall_us"""
_ADD_UNIT = """INSERT INTO units VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    hits = hits + excluded.hits, misses = misses + excluded.misses,
    compile_us = compile_us + excluded.compile_us, saved_us = saved_us + excluded.saved_us, used = excluded.used"""
_FORGET_UNITS = """DELETE FROM units WHERE name IN
    (SELECT name FROM units ORDER BY used LIMIT max(0, (SELECT count(*) FROM units) - ?))"""


class CounterBook:
    """The counters of one store. Thread-safe."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._sessions: dict[tuple[str, str, str], list[int]] = {}
        self._units: dict[str, list[int]] = {}

    def count(self, result: Result) -> None:
        """Count one session. Never fails."""
        with self._lock:
            row = self._sessions.setdefault((result.outcome.value, result.reason, result.language), [0, 0, 0])
            row[0] += 1
            row[1] += result.saved_us
            row[2] += result.wall_us
            if result.name and result.outcome in (Outcome.HIT, Outcome.MISS):
                unit = self._units.setdefault(result.name, [0, 0, 0, 0])
                if result.outcome is Outcome.HIT:
                    unit[0] += 1
                    unit[3] += result.saved_us
                else:
                    unit[1] += 1
                    unit[2] += result.wall_us

    def flush(self) -> None:
        """Write what was counted. StoreError: nothing is lost, the next flush has it, too."""
        with self._lock:
            sessions, self._sessions = self._sessions, {}
            units, self._units = self._units, {}
        if not sessions:
            return
        now = int(self._clock())
        try:
            with self._database.transaction() as c:
                c.execute("INSERT INTO counting SELECT ? WHERE NOT EXISTS (SELECT 1 FROM counting)", (now,))
                c.executemany(_ADD, [(*map(_printable, key), *row) for key, row in sessions.items()])
                c.executemany(_ADD_UNIT, [(_printable(name), *row, now) for name, row in units.items()])
        except StoreError:
            with self._lock:
                _merge(sessions, self._sessions)
                _merge(units, self._units)
                self._sessions, self._units = sessions, units
            raise

    def forget_units(self) -> None:
        """Keep the number of names bounded. StoreError."""
        with self._database.transaction() as c:
            c.execute(_FORGET_UNITS, (limits.UNIT_NAMES_MAX,))

    def counters(self) -> Counters:
        """All that was counted; on a full or read-only disk what could not be written yet is among it. StoreError:
        not even what was written can be read.
        """
        with suppress(StoreError):
            self.flush()
        rows = self._database.query(
            "SELECT outcome, reason, language, sessions, saved_us, wall_us FROM counters"
        )
        since = self._database.query("SELECT since_s FROM counting")
        sessions = {(outcome, reason, language): numbers for outcome, reason, language, *numbers in rows}
        with self._lock:
            _merge(sessions, self._sessions)
        found = tuple(CounterRow(*key, *numbers) for key, numbers in sorted(sessions.items()))
        return Counters(found, since[0][0] if since else int(self._clock()))

    def units(self, limit: int) -> Sequence[UnitRow]:
        """The units with the most time spent and saved, at most `limit`. StoreError."""
        self.flush()
        rows = self._database.query(
            "SELECT name, hits, misses, compile_us, saved_us FROM units"
            " ORDER BY compile_us + saved_us DESC, name LIMIT ?",
            (limit,),
        )
        return [UnitRow(*row) for row in rows]

    def zero(self) -> None:
        """Begin counting anew. StoreError."""
        with self._lock:
            self._sessions, self._units = {}, {}
        with self._database.transaction() as c:
            for table in ("counters", "units", "counting"):
                c.execute(f"DELETE FROM {table}")
            c.execute("INSERT INTO counting VALUES (?)", (int(self._clock()),))


def _merge(into: dict[K, list[int]], more: dict[K, list[int]]) -> None:
    for key, row in more.items():
        old = into.get(key)
        into[key] = row if old is None else [one + other for one, other in zip(old, row, strict=True)]


def _printable(text: str) -> str:
    """Names may carry undecodable bytes, which SQLite's text may not."""
    return text.encode("utf-8", "replace").decode("utf-8")
