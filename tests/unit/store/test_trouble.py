import sqlite3
from pathlib import Path

import pytest

from dunnage.errors import StoreError, StoreFull
from dunnage.store.trouble import as_store_error, is_damage, primary_code


def error_of(sql: str, path: str = ":memory:") -> sqlite3.Error:
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA max_page_count = 5")
        for statement in sql.split(";"):
            connection.execute(statement)
    except sqlite3.Error as error:
        return error
    finally:
        connection.close()
    raise AssertionError("no error")


def test_what_is_damage(tmp_path: Path) -> None:
    rubbish = tmp_path / "rubbish"
    rubbish.write_bytes(b"rubbish" * 1000)
    assert is_damage(error_of("SELECT 1 FROM sqlite_master", str(rubbish)))
    assert is_damage(error_of("SELECT x FROM nowhere"))
    assert is_damage(error_of("CREATE TABLE t (a);SELECT b FROM t"))
    assert is_damage(error_of("CREATE TABLE t (a);CREATE TABLE t (a)"))


@pytest.mark.parametrize(
    "sql",
    [
        "BEGIN;BEGIN",
        "CREATE TABLE t (a UNIQUE);INSERT INTO t VALUES (1);INSERT INTO t VALUES (1)",
        "CREATE TABLE t (a);INSERT INTO t VALUES (zeroblob(100000))",
    ],
)
def test_what_is_none(sql: str) -> None:
    assert not is_damage(error_of(sql))


def test_a_closed_connection_says_nothing_about_the_file() -> None:
    assert not is_damage(sqlite3.ProgrammingError("Cannot operate on a closed database."))


def test_text_that_cannot_be_read_is_damage() -> None:
    connection = sqlite3.connect(":memory:")
    with pytest.raises(sqlite3.OperationalError) as caught:
        connection.execute("SELECT CAST(x'ff' AS TEXT)").fetchall()
    connection.close()
    assert is_damage(caught.value)
    assert primary_code(caught.value) == sqlite3.SQLITE_CORRUPT


def test_no_room_is_said() -> None:
    full = error_of("CREATE TABLE t (a);INSERT INTO t VALUES (zeroblob(100000))")
    assert primary_code(full) == sqlite3.SQLITE_FULL
    assert isinstance(as_store_error(full), StoreFull)
    assert type(as_store_error(error_of("BEGIN;BEGIN"))) is StoreError
