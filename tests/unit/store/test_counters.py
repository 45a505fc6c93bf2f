from collections.abc import Iterator
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.errors import StoreError
from dunnage.model.outcome import Outcome, Result
from dunnage.store.counters import CounterBook
from dunnage.store.database import Database
from dunnage.store.layout import Layout
from dunnage.store.reports import CounterRow, UnitRow
from support.stores import Clock

HIT = Result(outcome=Outcome.HIT, reason="local", name="serde (lib)", saved_us=900, wall_us=100)
MISS = Result(outcome=Outcome.MISS, reason="new", name="serde (lib)", wall_us=1000)
LINKED = Result(outcome=Outcome.UNCACHEABLE, reason="linked", name="app (bin)")
C_HIT = Result(outcome=Outcome.HIT, reason="local", language="c", saved_us=5)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(Layout(str(tmp_path)))
    yield database
    database.close()


def test_sessions_are_counted_by_outcome_reason_and_language(database: Database) -> None:
    clock = Clock(1000)
    book = CounterBook(database, clock)
    assert (book.counters().rows, book.counters().since_s) == ((), 1000)
    for result in (HIT, MISS, HIT, LINKED, C_HIT):
        book.count(result)
    book.flush()
    clock.now = 2000
    book.count(HIT)
    counters = CounterBook(database, clock).counters()  # Another one does not see what waits here.
    assert counters.rows[1].sessions == 2
    assert book.counters().rows == (
        CounterRow("hit", "local", "c", 1, 5, 0),
        CounterRow("hit", "local", "rust", 3, 2700, 300),
        CounterRow("miss", "new", "rust", 1, 0, 1000),
        CounterRow("uncacheable", "linked", "rust", 1, 0, 0),
    )
    assert book.counters().since_s == 1000


def test_units_are_listed_by_time(database: Database) -> None:
    book = CounterBook(database, Clock())
    for result in (HIT, MISS, HIT, LINKED, C_HIT):
        book.count(result)
    book.count(Result(outcome=Outcome.MISS, reason="new", name="a\udcff", wall_us=5000))
    assert book.units(5) == [UnitRow("a?", 0, 1, 5000, 0), UnitRow("serde (lib)", 2, 1, 1000, 1800)]
    assert len(book.units(1)) == 1


def test_zero_begins_anew(database: Database) -> None:
    clock = Clock(1000)
    book = CounterBook(database, clock)
    book.count(HIT)
    book.flush()
    book.count(HIT)
    clock.now = 3000
    book.zero()
    assert (book.counters().rows, book.counters().since_s, book.units(9)) == ((), 3000, [])


def test_what_cannot_be_written_is_kept(tmp_path: Path) -> None:
    fails = True

    def step(what: str) -> None:
        if fails and what == "commit":
            book.count(HIT)  # It goes on while the disk is at its work.
            book.count(C_HIT)
            raise OSError("no")

    layout = Layout(str(tmp_path))
    database = Database(layout)
    layout.step = step
    book = CounterBook(database, Clock())
    book.count(HIT)
    with pytest.raises(StoreError):
        book.flush()
    fails = False
    assert [row.sessions for row in book.counters().rows] == [1, 2]
    assert book.units(1)[0].hits == 2
    database.close()


def test_names_are_bounded(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UNIT_NAMES_MAX", 3)
    clock = Clock()
    book = CounterBook(database, clock)
    for number in range(6):
        clock.now += 1
        book.count(Result(outcome=Outcome.HIT, reason="local", name=f"unit {number}"))
        book.flush()
    book.forget_units()
    assert sorted(row.name for row in book.units(9)) == ["unit 3", "unit 4", "unit 5"]
