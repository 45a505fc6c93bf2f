import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.store.database import Database
from dunnage.store.layout import Layout
from dunnage.store.memo import Memo, memo_key
from support.stores import digest_of, record_of

ANONYMOUS = os.makedev(0, 45)
ONE, OTHER = digest_of(b"one"), digest_of(b"other")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(Layout(str(tmp_path)))
    yield database
    database.close()


def test_it_remembers_in_memory_and_on_disk(database: Database) -> None:
    memo = Memo(database)
    assert memo.digest_of(record_of(1), 7) is None
    assert memo.remember(record_of(1), 7, ONE)
    assert memo.digest_of(record_of(1), 8) == ONE
    memo.flush()
    memo.flush()
    later = Memo(database)
    assert later.digest_of(record_of(1), 0) == ONE
    assert later.digest_of(record_of(2), 0) is None
    later.clear()
    assert later.digest_of(record_of(1), 0) == ONE


def test_a_file_on_an_anonymous_device_is_known_in_one_namespace_only(database: Database) -> None:
    memo = Memo(database)
    record = record_of(1, device=ANONYMOUS)
    assert memo.remember(record, 7, ONE)
    assert memo.remember(record, 8, OTHER)
    assert not memo.remember(record, 0, ONE)
    for each in (memo, Memo(database)):
        assert (each.digest_of(record, 7), each.digest_of(record, 8)) == (ONE, OTHER)
        assert each.digest_of(record, 9) is None
        assert each.digest_of(record, 0) is None
        memo.flush()


def test_what_is_no_file_has_no_key() -> None:
    assert memo_key(record_of(1, errno=2), 7) is None
    assert memo_key(record_of(1), 0) == record_of(1)
    assert memo_key(record_of(1, device=ANONYMOUS), 1) == record_of(1, device=ANONYMOUS) + b"\1" + bytes(7)
    assert memo_key(record_of(1, device=ANONYMOUS), 0) is None


def test_another_digest_replaces(database: Database) -> None:
    memo = Memo(database)
    for digest in (ONE, OTHER, OTHER):
        memo.remember(record_of(1), 0, digest)
        memo.flush()
    assert Memo(database).digest_of(record_of(1), 0) == OTHER


def test_the_oldest_go_and_what_is_used_stays(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MEMO_ENTRIES_MAX", 10)
    for number in range(60):
        memo = Memo(database)  # A new one each time: nothing comes out of memory.
        memo.remember(record_of(number), 0, digest_of(b"%d" % number))
        assert memo.digest_of(record_of(0), 0) == digest_of(b"0")
        memo.flush()
    assert len(database.query("SELECT key FROM memo")) <= 10
    assert Memo(database).digest_of(record_of(1), 0) is None
    assert Memo(database).digest_of(record_of(59), 0) == digest_of(b"59")


def test_what_waits_is_bounded(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MEMO_ENTRIES_MAX", 10)
    monkeypatch.setattr(limits, "MEMO_CACHED_MAX", 2)
    memo = Memo(database)
    for number in range(30):
        memo.remember(record_of(number), 0, ONE)
    assert memo.digest_of(record_of(0), 0) == ONE  # Not in memory's cache any more, but waiting.
    memo.flush()
    assert len(database.query("SELECT key FROM memo")) == 5
