"""What SQLite's errors mean for the store."""

import sqlite3
from typing import Final

from dunnage.errors import StoreError, StoreFull

_DAMAGE: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
"""Primary codes after which the file is set aside."""
_NOT_OURS: Final = ("no such table", "no such column", "already exists")
"""In messages of SQLITE_ERROR: the tables are not those that were made, so the file was changed behind our back."""
_FULL: Final = frozenset({sqlite3.SQLITE_FULL})
_PRIMARY: Final = 0xFF


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's result code without its details. What Python finds wrong in a row by itself counts as damage."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & _PRIMARY


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is not a database of ours, or not one any more."""
    if isinstance(error, sqlite3.ProgrammingError | sqlite3.InterfaceError):
        return False
    if primary_code(error) == sqlite3.SQLITE_ERROR:
        return any(words in str(error) for words in _NOT_OURS)
    extended = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
    return primary_code(error) in _DAMAGE or extended == sqlite3.SQLITE_IOERR_SHORT_READ


def as_store_error(error: sqlite3.Error) -> StoreError:
    """What SQLite said, as a `StoreError`; `StoreFull` where there was no room."""
    kind = StoreFull if primary_code(error) in _FULL else StoreError
    return kind(f"The store's records cannot be used: {error}.")
