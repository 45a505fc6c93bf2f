"""Records: manifests (unit key → path sets) and action results (action key → results), most recently used first.

A result is recorded in one transaction after all of its blobs are in place, so a reader sees a whole result or none.
"""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from dunnage import limits
from dunnage.errors import StoreError
from dunnage.model.action import ActionResult
from dunnage.model.digest import ActionKey, UnitKey
from dunnage.model.path_set import PathSet
from dunnage.store.blobs import Blobs
from dunnage.store.cache import Generations
from dunnage.store.database import Database, Row
from dunnage.store.encoding import (
    Damaged,
    check,
    decode_path_set,
    decode_result,
    encode_bound,
    encode_path_set,
    encode_result,
)
from dunnage.store.layout import Layout, store_error

_ADD_PATHS = """INSERT INTO path_sets (unit, digest, used, body) VALUES (?, ?, ?, ?)
    ON CONFLICT (unit, digest) DO UPDATE SET used = excluded.used, body = excluded.body RETURNING id"""
_ADD_RESULT = """INSERT INTO results (action, bound, used, path_set, body) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (action, bound) DO UPDATE SET
    used = excluded.used, path_set = excluded.path_set, body = excluded.body RETURNING id"""
_ADD_BLOB = """INSERT INTO blobs (digest, size, mtime_ns, ctime_ns, inode) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (digest) DO UPDATE SET
    mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns, inode = excluded.inode RETURNING id"""

T = TypeVar("T")
Bound = tuple[tuple[str, str], ...]


class Records:
    """The records of one store. Thread-safe."""

    def __init__(self, layout: Layout, database: Database, blobs: Blobs, clock: Callable[[], float]) -> None:
        self._layout = layout
        self._database = database
        self._blobs = blobs
        self._clock = clock
        self._lock = threading.Lock()
        [(newest,)] = database.query("SELECT max(used) FROM results")
        self._last_stamp: int = newest or 0
        self._path_sets: Generations[PathSet] = Generations(limits.LOCATED_MAX)
        self._used_paths: dict[UnitKey, dict[PathSet, int]] = {}
        self._used_results: dict[ActionKey, dict[Bound, int]] = {}

    def path_sets(self, key: UnitKey) -> Sequence[PathSet]:
        """The path sets seen with this unit. StoreError."""
        if key in self._used_paths:
            self._flush_now()
        order = self._database.query("SELECT digest FROM path_sets WHERE unit = ? ORDER BY used DESC", (key,))
        known = [self._path_sets.get(digest) for (digest,) in order]
        found = [paths for paths in known if paths is not None]
        if len(found) == len(order):
            return found
        rows = self._database.query(
            "SELECT digest, body FROM path_sets WHERE unit = ? ORDER BY used DESC", (key,)
        )
        return self._decoded(rows, self._path_set, "path_sets", "unit", key)

    def _path_set(self, row: Row) -> PathSet:
        paths = decode_path_set(row[1], row[0])
        self._path_sets.put(row[0], paths)
        return paths

    def results(self, key: ActionKey) -> Sequence[ActionResult]:
        """The results of this action: they differ in what they are bound to. StoreError."""
        if key in self._used_results:
            self._flush_now()
        rows = self._database.query("SELECT body FROM results WHERE action = ? ORDER BY used DESC", (key,))
        return self._decoded(rows, lambda row: decode_result(row[0]), "results", "action", key)

    def _decoded(
        self, rows: list[Row], decode: Callable[[Row], T], table: str, column: str, key: bytes
    ) -> Sequence[T]:
        try:
            return [decode(row) for row in rows]
        except Damaged as error:
            with self._database.transaction() as c:
                c.execute(f"DELETE FROM {table} WHERE {column} = ?", (key,))
            raise StoreError(f"A damaged {error} was dropped from the store.") from error

    def add(self, unit: UnitKey, paths: PathSet, action: ActionKey, result: ActionResult) -> int:
        """Record a result whose blobs were put; one bound to the same is replaced. Returns the bytes of all blobs.
        BlobMissing where a blob was removed in between, StoreError.
        """
        paths_body, result_body = encode_path_set(paths), encode_result(result)
        bound = check(encode_bound(result.bound))
        digests = list({output.digest: None for output in result.outputs})
        try:
            with self._layout.publishing(), self._database.transaction() as c:
                stamps = self._blobs.stamps(digests)
                with self._lock:
                    now = self._stamp()
                [(paths_id,)] = c.execute(_ADD_PATHS, (unit, check(paths_body), now, paths_body)).fetchall()
                [(result_id,)] = c.execute(
                    _ADD_RESULT, (action, bound, now, paths_id, result_body)
                ).fetchall()
                c.execute("DELETE FROM refs WHERE result = ?", (result_id,))
                for digest in digests:
                    [(blob_id,)] = c.execute(_ADD_BLOB, (digest, *stamps[digest])).fetchall()
                    c.execute("INSERT INTO refs VALUES (?, ?)", (result_id, blob_id))
                    c.execute("DELETE FROM loose WHERE blob = ?", (blob_id,))
                _keep_newest(c, "results", "action", action, limits.VARIANTS_PER_ACTION_MAX)
                _keep_newest(c, "path_sets", "unit", unit, limits.PATH_SETS_PER_UNIT_MAX)
                [(total,)] = c.execute("SELECT bytes FROM totals").fetchall()
        except OSError as error:
            raise store_error(error, "A result cannot be recorded") from error
        self._blobs.recorded(digests)
        return int(total)

    def drop(self, action: ActionKey, result: ActionResult) -> None:
        """Forget the result of this action that is bound to the same. StoreError."""
        with self._database.transaction() as c:
            c.execute(
                "DELETE FROM results WHERE action = ? AND bound = ?",
                (action, check(encode_bound(result.bound))),
            )

    # --- recency ----------------------------------------------------------------------------------

    def used(self, unit: UnitKey, paths: PathSet, action: ActionKey, result: ActionResult) -> None:
        """This was a hit: path set and result are the newest now. Written with the next commit. Never fails."""
        with self._lock:
            if len(self._used_results) < limits.USED_PENDING_MAX:
                now = self._stamp()
                self._used_paths.setdefault(unit, {})[paths] = now
                self._used_results.setdefault(action, {})[result.bound] = now

    def flush(self) -> None:
        """Write the stamps. StoreError: they are lost, which only makes trim a little less fair."""
        with self._lock:
            paths, self._used_paths = self._used_paths, {}
            results, self._used_results = self._used_results, {}
        path_stamps = [
            (now, unit, check(encode_path_set(found)))
            for unit, each in paths.items()
            for found, now in each.items()
        ]
        result_stamps = [
            (now, action, check(encode_bound(bound)))
            for action, each in results.items()
            for bound, now in each.items()
        ]
        if path_stamps or result_stamps:
            with self._database.transaction() as c:
                c.executemany("UPDATE path_sets SET used = ? WHERE unit = ? AND digest = ?", path_stamps)
                c.executemany("UPDATE results SET used = ? WHERE action = ? AND bound = ?", result_stamps)

    def _flush_now(self) -> None:
        """The order is read from the database. Where it cannot be written, the old order has to do."""
        with suppress(StoreError):
            self.flush()

    def forget(self) -> None:
        """Drop the stamps that wait."""
        with self._lock:
            self._used_paths, self._used_results = {}, {}

    def _stamp(self) -> int:
        """Now in microseconds, and later than every stamp before."""
        self._last_stamp = max(self._last_stamp + 1, int(self._clock() * 1e6))
        return self._last_stamp


def _keep_newest(c: sqlite3.Connection, table: str, column: str, key: bytes, rows_max: int) -> None:
    c.execute(
        f"DELETE FROM {table} WHERE id IN"
        f" (SELECT id FROM {table} WHERE {column} = ? ORDER BY used DESC LIMIT -1 OFFSET ?)",
        (key, rows_max),
    )
