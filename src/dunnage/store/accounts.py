"""Accounts: how sessions ended that were no hits, and the entries that they left, for `dunnage explain`.

They wait in memory like counters and are written with the next commit. The body of a row is an entry as JSON,
compressed by zlib, whose checksum shows a damaged one; NULL where nothing was stored.
"""

import json
import threading
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from dunnage import limits
from dunnage.errors import StoreError
from dunnage.model.entry import Account, Entry
from dunnage.model.outcome import Outcome, Result
from dunnage.store.database import Database, Row

_COLUMNS: Final = "id, family, name, stem, outcome, reason, detail, ended_s"
_ADD: Final = """INSERT INTO accounts (family, name, stem, outcome, reason, detail, ended_s, body)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
_FORGET: Final = """DELETE FROM accounts WHERE id <= (SELECT max(id) FROM (
    SELECT id, row_number() OVER newest AS n, sum(coalesce(length(body), 0)) OVER newest AS bytes FROM accounts
    WINDOW newest AS (ORDER BY id DESC)) WHERE n > ? OR bytes > ?)"""
_DETAIL_CHARS_MAX: Final = 1_000


class AccountBook:
    """The accounts of one store. Thread-safe."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: list[tuple[Any, ...]] = []
        self._since_forgetting = limits.ACCOUNTS_PER_FORGETTING  # the first flush looks, whoever wrote before

    def keep(self, result: Result) -> None:
        """Keep how a session ended. Never fails; when too many wait, it is not kept."""
        if result.outcome is Outcome.HIT:
            return
        texts = (result.family, result.name, result.stem, str(result.outcome), result.reason)
        row = (
            *map(_printable, texts), _printable(result.detail[:_DETAIL_CHARS_MAX]),
            int(self._clock()), None if result.entry is None else encode(result.entry),
        )  # fmt: skip
        with self._lock:
            if len(self._waiting) < limits.ACCOUNTS_PENDING_MAX:
                self._waiting.append(row)

    def flush(self) -> None:
        """Write what waits, and keep the bounds. StoreError: nothing is lost, the next flush has it, too."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        self._since_forgetting += len(waiting)
        try:
            with self._database.transaction() as c:
                c.executemany(_ADD, waiting)
                if self._since_forgetting >= limits.ACCOUNTS_PER_FORGETTING:
                    c.execute(_FORGET, (limits.ACCOUNTS_MAX, limits.ACCOUNTS_BYTES_MAX))
                    self._since_forgetting = 0
        except StoreError:
            with self._lock:
                self._waiting = [*waiting, *self._waiting][: limits.ACCOUNTS_PENDING_MAX]
            raise

    def forget(self) -> None:
        """Drop what waits."""
        with self._lock:
            self._waiting = []

    def all(self) -> Sequence[Account]:
        """Every account that is kept, the newest first, without its entry. StoreError."""
        with suppress(StoreError):
            self.flush()
        rows = self._database.query(f"SELECT {_COLUMNS} FROM accounts ORDER BY id DESC")
        return [_account(row) for row in rows]

    def with_entry(self, account: Account) -> Account:
        """The account with its entry, where it has one. StoreError."""
        rows = self._database.query("SELECT body FROM accounts WHERE id = ?", (account.number,))
        return replace(account, entry=_entry(rows[0]) if rows else None)

    def earlier(self, account: Account) -> Sequence[Account]:
        """Accounts with entries of its family before it, the newest first, bounded. StoreError."""
        rows = self._database.query(
            f"SELECT {_COLUMNS}, body FROM accounts WHERE family = ? AND id < ? AND body IS NOT NULL"
            " ORDER BY id DESC LIMIT ?",
            (account.family, account.number, limits.ACCOUNTS_COMPARED_MAX),
        )
        found = [_account(row) for row in rows]
        entries = [replace(each, entry=_entry(row[-1:])) for each, row in zip(found, rows, strict=True)]
        return [each for each in entries if each.entry is not None]


def _account(row: Row) -> Account:
    number, family, name, stem, outcome, reason, detail, ended_s = row[:8]
    return Account(
        number=number, family=family, name=name, stem=stem, outcome=outcome, reason=reason, detail=detail,
        ended_s=ended_s,
    )  # fmt: skip


def encode(entry: Entry) -> bytes | None:
    """The row's bytes; None if they were too many."""
    text = json.dumps([entry.parts, entry.bound, entry.places, entry.toolchain])
    body = zlib.compress(text.encode("ascii"), 1)
    return body if len(body) <= limits.ACCOUNT_BYTES_MAX else None


def _entry(row: Row) -> Entry | None:
    """The entry of a row; None where there is none, or it is damaged."""
    if row[0] is None:
        return None
    try:
        parts, bound, places, toolchain = json.loads(zlib.decompress(row[0]))
        return Entry(parts=_pairs(parts), bound=_pairs(bound), places=_pairs(places), toolchain=toolchain)
    except (zlib.error, ValueError, TypeError):
        return None


def _pairs(found: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in found)


def _printable(text: str) -> str:
    """Names may carry undecodable bytes, which SQLite's text may not."""
    return text.encode("utf-8", "replace").decode("utf-8")
