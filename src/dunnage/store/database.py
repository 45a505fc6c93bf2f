"""`records.db`: one connection, short transactions, and what happens when the file is damaged, deleted or full.

Every `sqlite3.Error` and `OSError` becomes a `StoreError` here. A file that is not a database of ours, or not one any
more, is moved to the quarantine, and the next call begins a new one; a deleted one likewise. Without records no blob
can be found, so a new database begins with no blobs.

Reads do not wait for other processes (WAL), writes wait at most `limits.STORE_BUSY_TIMEOUT_MS`. Everything is
committed before a transaction's `with` ends: kill -9 loses nothing that was reported as done. `synchronous=NORMAL`: a
power cut may lose the last records, never mix them up.
"""

import fcntl
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any
from urllib.parse import quote

from dunnage import limits
from dunnage.errors import StoreError, StoreTooNew
from dunnage.store import schema
from dunnage.store.layout import FORMAT, Layout, store_error
from dunnage.store.trouble import as_store_error, is_damage, primary_code

Row = tuple[Any, ...]


class Database:
    """One connection to the records of one store. Thread-safe."""

    def __init__(self, layout: Layout) -> None:
        """Open or begin it. StoreError, StoreTooNew."""
        self._layout = layout
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] = (0, 0)
        self._damaged: tuple[int, int] | None = None
        self._closed = False
        self.begun_anew = 0
        """How often a new database was begun: what is in memory about the old one is void."""
        with self._lock:
            self._open()

    def query(self, sql: str, arguments: tuple[Any, ...] = ()) -> list[Row]:
        """All rows of one SELECT. StoreError."""
        with self._lock:
            connection = self._connection or self._open()
            try:
                return connection.execute(sql, arguments).fetchall()
            except sqlite3.Error as error:
                raise self._trouble(error) from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One write transaction: committed when the `with` ends well, else rolled back. Keep it short. StoreError."""
        with self._lock:
            self.check_place()
            connection = self._connection or self._open()
            try:
                self._layout.step("begin")
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                self._layout.step("commit")
                connection.execute("COMMIT")
                self._layout.step("committed")
            except BaseException as error:
                self._roll_back(connection)
                if isinstance(error, sqlite3.Error):
                    raise self._trouble(error) from error
                if isinstance(error, OSError):
                    raise store_error(error, "The store's records cannot be written") from error
                if isinstance(error, OverflowError):
                    raise StoreError("A number is too large for the store.") from error
                raise

    def check_place(self) -> None:
        """Leave the open file if it is not the one at its path any more: it was deleted, or set aside."""
        with self._lock:
            if self._connection is not None and self._at_path() != self._identity:
                self._disconnect()

    def ensure(self) -> None:
        """Be at the database that is at the path, or begin one there. StoreError."""
        with self._lock:
            self.check_place()
            if self._connection is None:
                self._open()

    def empty(self) -> None:
        """Remove all records but the counters. StoreError."""
        with self._lock:
            self.check_place()
            connection = self._connection or self._open()
            with suppress(sqlite3.Error):
                connection.execute("PRAGMA foreign_keys = OFF")
            try:
                with self.transaction() as c:
                    for statement in schema.EMPTY:
                        c.execute(statement)
            finally:
                with suppress(sqlite3.Error):
                    connection.execute("PRAGMA foreign_keys = ON")

    def checkpoint(self) -> None:
        """Copy a long write-ahead log into the database, on a connection of its own: readers go on meanwhile.

        Then the log is cut off, where nobody is using it at that moment: its length is what tells whether it is long.
        """
        try:
            if os.stat(f"{self._layout.records}-wal").st_size <= limits.WAL_BYTES_MAX:
                return
            uri = f"file:{quote(self._layout.records)}?mode=rw"
            with closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=0)) as connection:
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except (OSError, sqlite3.Error):
            return  # The next one will do it; a log that is too long is only slow.

    def check(self) -> list[str]:
        """SQLite's own opinion of the file: what is wrong, in its words. Reads all of it. StoreError."""
        with self._lock:
            try:
                found = [str(row[0]) for row in self.query("PRAGMA integrity_check(20)") if row[0] != "ok"]
                found += [f"{row[0]} refers to nothing" for row in self.query("PRAGMA foreign_key_check")]
            except StoreError as error:
                if self._damaged is None:
                    raise
                return [error.message]  # It is too malformed even for that.
            return found

    def set_aside(self) -> None:
        """Give this database up; the next call begins a new one."""
        with self._lock:
            self._damaged = self._identity
            self._disconnect()

    def close(self) -> None:
        """Close it for good."""
        with self._lock:
            self._closed = True
            self._disconnect()

    # --- opening ----------------------------------------------------------------------------------

    def _open(self) -> sqlite3.Connection:
        if self._closed:
            raise StoreError("The store is closed.")
        try:
            self._layout.create()
            with self._layout.held("setup.lock", fcntl.LOCK_EX):
                if self._damaged is not None and self._at_path() == self._damaged:
                    self._set_files_aside()
                self._damaged = None
                try:
                    return self._connect()
                except sqlite3.Error as error:
                    if not is_damage(error):
                        raise
                    self._set_files_aside()
                    return self._connect()
        except sqlite3.Error as error:
            raise as_store_error(error) from error
        except OSError as error:
            raise store_error(error, f"The store in {self._layout.directory} cannot be opened") from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._layout.records,
            timeout=limits.STORE_BUSY_TIMEOUT_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            for pragma in (
                "journal_mode = WAL",
                "synchronous = NORMAL",
                "wal_autocheckpoint = 0",
                f"cache_size = -{limits.DATABASE_CACHE_KIB}",
                "temp_store = MEMORY",
                "foreign_keys = ON",
            ):
                connection.execute(f"PRAGMA {pragma}")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > FORMAT:
                raise StoreTooNew(
                    f"The store in {self._layout.directory} has format {version}, this is for {FORMAT}."
                )
            if version < FORMAT:
                self._begin_anew(connection)
            connection.execute(schema.ACCOUNTS)
            connection.execute(schema.ACCOUNTS_INDEX)
            if len(connection.execute("SELECT bytes, blobs, results FROM totals").fetchall()) != 1:
                raise sqlite3.DatabaseError("not a store")
            self._identity = self._at_path()
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _begin_anew(self, connection: sqlite3.Connection) -> None:
        """Make the tables in one transaction, and take away the blobs that no record can name."""
        trash = self._layout.discard_blobs()
        try:
            self._layout.step("begin")
            connection.execute("BEGIN IMMEDIATE")
            for statement in schema.STATEMENTS:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {FORMAT}")
            self._layout.step("commit")
            connection.execute("COMMIT")
        finally:
            shutil.rmtree(trash, ignore_errors=True)
        self.begun_anew += 1

    def _set_files_aside(self) -> None:
        for suffix in ("-shm", "-wal", ""):
            with suppress(FileNotFoundError):
                self._layout.set_aside(self._layout.records + suffix)

    def _at_path(self) -> tuple[int, int]:
        try:
            found = os.stat(self._layout.records)
        except OSError:
            return (0, 0)
        return (found.st_dev, found.st_ino)

    # --- trouble ----------------------------------------------------------------------------------

    def _trouble(self, error: sqlite3.Error) -> StoreError:
        if is_damage(error):
            self.set_aside()
        elif primary_code(error) in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            self._disconnect()
        return as_store_error(error)

    def _roll_back(self, connection: sqlite3.Connection) -> None:
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            self._disconnect()

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._at_path() != self._identity:
            _never_close(connection)
            return
        with suppress(sqlite3.Error):
            connection.close()


def _never_close(connection: sqlite3.Connection) -> None:
    """Keep a connection to a file that was moved away or deleted open until the process ends.

    SQLite removes the log and the shared memory *by name* when it closes the last connection to a file, and by now
    those names may belong to the database that another process has begun at the same path.
    """
    import ctypes  # Rare, and not free to import.

    ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))
