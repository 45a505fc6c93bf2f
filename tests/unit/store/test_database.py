import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.errors import StoreError, StoreFull, StoreTooNew
from dunnage.store.database import Database
from dunnage.store.layout import FORMAT, Layout

COUNT = "SELECT count(*) FROM memo"


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(str(tmp_path / "store"))


OPENED: list[Database] = []


@pytest.fixture(autouse=True)
def close_all() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


def begin(layout: Layout) -> Database:
    database = Database(layout)
    OPENED.append(database)
    return database


def remember(database: Database, key: bytes) -> None:
    with database.transaction() as c:
        c.execute("INSERT INTO memo (key, digest) VALUES (?, ?)", (key, b"digest"))


def test_a_transaction_is_there_at_once_and_after_opening_again(layout: Layout) -> None:
    database = begin(layout)
    remember(database, b"one")
    other = begin(Layout(layout.directory))
    assert database.query(COUNT) == other.query(COUNT) == [(1,)]
    database.close()
    remember(other, b"two")
    other.close()
    assert begin(layout).query(COUNT) == [(2,)]


def test_the_settings_that_matter_are_set(layout: Layout) -> None:
    database = begin(layout)
    for pragma, value in (
        ("journal_mode", "wal"),
        ("synchronous", 1),
        ("foreign_keys", 1),
        ("user_version", FORMAT),
    ):
        assert database.query(f"PRAGMA {pragma}") == [(value,)]


def insert_and_raise(database: Database, error: Exception) -> None:
    with database.transaction() as c:
        c.execute("INSERT INTO memo (key, digest) VALUES (x'00', x'00')")
        raise error


def test_an_error_inside_takes_everything_back(layout: Layout) -> None:
    database = begin(layout)
    for error, expected in (
        (KeyError("ours"), KeyError),
        (OSError(28, "no room"), StoreFull),
        (OverflowError(), StoreError),
    ):
        with pytest.raises(expected):
            insert_and_raise(database, error)
    with pytest.raises(StoreError), database.transaction() as c:
        c.execute("INSERT INTO refs VALUES (1, 1)")
    assert database.query(COUNT) == [(0,)]
    assert database.begun_anew == 1


def test_a_number_that_is_too_large_is_refused(layout: Layout) -> None:
    with pytest.raises(StoreError, match="too large"), begin(layout).transaction() as c:
        c.execute("INSERT INTO counting VALUES (?)", (1 << 63,))


def test_a_newer_format_is_left_alone(layout: Layout) -> None:
    begin(layout).close()
    raw(layout, f"PRAGMA user_version = {FORMAT + 1}")
    before = Path(layout.records).read_bytes()
    with pytest.raises(StoreTooNew):
        begin(layout)
    assert Path(layout.records).read_bytes() == before


def raw(layout: Layout, *statements: str) -> None:
    connection = sqlite3.connect(layout.records)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize("change", ["DROP TABLE totals", "DELETE FROM totals", "PRAGMA user_version = 0"])
def test_tables_that_are_not_ours_are_set_aside(layout: Layout, change: str) -> None:
    database = begin(layout)
    remember(database, b"one")
    database.close()
    raw(layout, change)
    assert begin(layout).query(COUNT) == [(0,)]
    assert len(os.listdir(layout.quarantine)) >= 1


def test_a_table_that_goes_while_it_is_open_is_damage(layout: Layout) -> None:
    database = begin(layout)
    raw(layout, "DROP TABLE memo")
    with pytest.raises(StoreError):
        database.query(COUNT)
    assert database.query(COUNT) == [(0,)]
    assert database.begun_anew == 2


def test_a_new_one_begins_without_blobs(layout: Layout) -> None:
    layout.create()
    orphan = Path(layout.blobs, "ab", "ab" * 32)
    orphan.parent.mkdir()
    orphan.touch()
    begin(layout)
    assert os.listdir(layout.blobs) == []


def test_it_follows_the_file_at_its_path(layout: Layout) -> None:
    database = begin(layout)
    remember(database, b"one")
    for suffix in ("", "-wal", "-shm"):
        os.unlink(layout.records + suffix)
    remember(database, b"two")
    assert database.query("SELECT key FROM memo") == [(b"two",)]
    assert f"{layout.records} (deleted)" in open_files()  # Closing it would remove the new one's log.
    assert os.path.exists(f"{layout.records}-wal")
    database.ensure()
    assert database.begun_anew == 2


def open_files() -> set[str]:
    return {os.readlink(entry.path) for entry in os.scandir("/proc/self/fd") if os.path.islink(entry.path)}


def test_emptying_keeps_the_counters_and_the_rules(layout: Layout) -> None:
    database = begin(layout)
    remember(database, b"one")
    with database.transaction() as c:
        c.execute("INSERT INTO counters VALUES ('hit', 'local', 'rust', 1, 0, 0)")
        c.execute("INSERT INTO blobs VALUES (1, x'00', 10, 0, 0, 0)")
    database.empty()
    assert database.query(COUNT) == [(0,)]
    assert database.query("SELECT count(*) FROM counters") == [(1,)]
    with database.transaction() as c:
        c.execute("INSERT INTO blobs VALUES (1, x'00', 10, 0, 0, 0)")
    assert database.query("SELECT bytes, blobs FROM totals") == [(10, 1)]
    with pytest.raises(StoreError), database.transaction() as c:
        c.execute("INSERT INTO refs VALUES (5, 5)")  # Foreign keys are on again.


def test_a_long_log_is_copied_into_the_database(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    database = begin(layout)
    remember(database, b"x" * 100_000)
    database.checkpoint()
    before = os.stat(layout.records).st_size
    monkeypatch.setattr(limits, "WAL_BYTES_MAX", 1000)
    database.checkpoint()
    assert os.stat(layout.records).st_size > before
    # Left at its length, the log would look too long for ever, and each commit would copy it once more.
    assert os.stat(f"{layout.records}-wal").st_size == 0
    remember(database, b"y")
    assert os.stat(f"{layout.records}-wal").st_size > 0
    os.rename(layout.records, f"{layout.records}.away")
    database.checkpoint()
    assert not os.path.exists(layout.records)  # It makes nothing.


def test_sqlites_own_check(layout: Layout) -> None:
    database = begin(layout)
    assert database.check() == []
    database.close()
    raw(layout, "INSERT INTO refs VALUES (7, 8)")
    assert begin(layout).check() == ["refs refers to nothing", "refs refers to nothing"]


def test_set_aside_by_hand(layout: Layout) -> None:
    database = begin(layout)
    remember(database, b"one")
    database.set_aside()
    assert database.query(COUNT) == [(0,)]


def test_a_closed_one_says_so(layout: Layout) -> None:
    database = begin(layout)
    database.close()
    with pytest.raises(StoreError, match="closed"):
        database.query(COUNT)


def test_no_directory_to_open_it_in(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError):
        begin(Layout(str(tmp_path / "file")))


def test_another_process_in_a_transaction_is_waited_for_and_not_for_ever(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "STORE_BUSY_TIMEOUT_MS", 50)
    database = begin(layout)
    hold = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]);"
        " c.execute('BEGIN IMMEDIATE'); print(1, flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, layout.records], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(StoreError, match="locked"):
            remember(database, b"one")
        assert database.query(COUNT) == [(0,)]  # Readers do not wait.
        other.communicate(b"\n")
    remember(database, b"one")
    assert database.begun_anew == 1


def test_many_threads(layout: Layout) -> None:
    database = begin(layout)
    threads = [threading.Thread(target=remember, args=(database, b"%d" % number)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.query(COUNT) == [(20,)]
