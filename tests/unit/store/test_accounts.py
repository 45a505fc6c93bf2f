"""Accounts: what is kept of sessions without a hit, written later, bounded."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.errors import StoreError
from dunnage.model.entry import Entry
from dunnage.model.outcome import Outcome, Result
from dunnage.store.accounts import AccountBook, encode
from dunnage.store.database import Database
from dunnage.store.layout import Layout
from support.stores import Clock

ENTRY = Entry(parts=(("a", "\udc80"), ("b\0(unset)", "")), bound=(("root:x", "/x"),), toolchain="rustc 1")


def miss(name: str = "serde (lib)", entry: Entry | None = ENTRY) -> Result:
    return Result(outcome=Outcome.MISS, reason="new", name=name, family="f", stem="serde-1", entry=entry)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(Layout(str(tmp_path)))
    yield database
    database.close()


def test_an_entry_comes_back_as_it_was(database: Database) -> None:
    book = AccountBook(database, Clock(1000))
    book.keep(miss())
    [account] = book.all()
    assert (account.name, account.outcome, account.reason, account.ended_s) == (
        "serde (lib)",
        "miss",
        "new",
        1000,
    )
    assert account.entry is None
    assert book.with_entry(account).entry == ENTRY


def test_hits_are_not_kept(database: Database) -> None:
    book = AccountBook(database, Clock())
    book.keep(Result(outcome=Outcome.HIT, reason="local", name="serde (lib)"))
    assert not book.all()


def test_earlier_entries_are_of_the_family_and_were_stored(database: Database) -> None:
    book = AccountBook(database, Clock())
    for result in (
        miss("one"),
        miss("none", None),
        miss("two"),
        Result(outcome=Outcome.MISS, reason="new", entry=ENTRY),
    ):
        book.keep(result)
    book.keep(miss("last"))
    last = book.all()[0]
    assert [account.name for account in book.earlier(last)] == ["two", "one"]


def test_a_damaged_entry_is_none(database: Database) -> None:
    book = AccountBook(database, Clock())
    book.keep(miss("one"))
    book.keep(miss("two"))
    two = book.all()[0]
    with database.transaction() as c:
        c.execute("UPDATE accounts SET body = ?", (b"damaged",))
    assert book.with_entry(two).entry is None
    assert not book.earlier(two)


def test_bounds_are_kept(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ACCOUNTS_MAX", 3)
    book = AccountBook(database, Clock())
    for number in range(5):
        book.keep(miss(str(number)))
    assert [account.name for account in book.all()] == ["4", "3", "2"]
    monkeypatch.setattr(limits, "ACCOUNTS_BYTES_MAX", 0)
    book = AccountBook(database, Clock())
    book.keep(miss("5"))
    assert not book.all()


def test_what_waits_is_bounded_and_can_be_forgotten(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "ACCOUNTS_PENDING_MAX", 2)
    book = AccountBook(database, Clock())
    for number in range(5):
        book.keep(miss(str(number)))
    assert len(book.all()) == 2
    book.keep(miss())
    book.forget()
    assert len(book.all()) == 2


def test_what_cannot_be_written_waits(database: Database) -> None:
    book = AccountBook(database, Clock())
    book.keep(miss())
    database.close()
    with pytest.raises(StoreError):
        book.flush()
    assert len(book._waiting) == 1


def test_too_large_an_entry_is_left_out() -> None:
    assert encode(Entry(parts=(("a", os.urandom(limits.ACCOUNT_BYTES_MAX).hex()),))) is None
