import os
import time
from pathlib import Path

from dunnage import limits
from dunnage.store.reports import Fsck
from dunnage.store.store import Store
from support.stores import Clock, add, assert_whole, blob_path, digest_of, opened, put


def sql(store: Store, *statements: str) -> None:
    with store._database.transaction() as c:
        for statement in statements:
            c.execute(statement)


def test_all_is_well(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        add(store, "one", [b"output", b"second"])
        assert store.fsck() == Fsck(results=1, blobs=2, bytes=12)


def test_blobs_are_read_even_if_their_stamps_are_right(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        add(store, "one", [b"output", b"second"])
        add(store, "two", [b"third"])
        add(store, "three", [b"fourth"])
        blob_path(tmp_path, digest_of(b"output")).write_bytes(b"OUTPUT")
        blob_path(tmp_path, digest_of(b"third")).unlink()
        report = store.fsck()
        assert report.corrupt == (digest_of(b"output").hex(),)
        assert report.missing == (digest_of(b"third").hex(),)
        assert report.results == 1
        assert assert_whole(store, ["one", "two", "three"]) == {"three"}
        assert store.fsck().clean


def test_damaged_rows_are_removed(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        for number in range(5):
            add(store, number, [b"%d" % number])
        sql(
            store,
            "UPDATE path_sets SET body = x'00' WHERE id = 1",
            "UPDATE results SET body = x'00' WHERE id = 2",
            "DELETE FROM refs WHERE result = 3",
            "INSERT INTO refs VALUES (4, 1)",
        )
        assert store.fsck().unreadable == 4
        assert assert_whole(store, range(5)) == {4}
        assert store.fsck().clean


def test_orphans_are_no_damage(tmp_path: Path) -> None:
    clock = Clock(time.time())
    with opened(tmp_path, clock=clock) as store:
        put(store, b"given up")
        clock.now += limits.ORPHAN_AGE_S + 60
        report = store.fsck()
        assert (report.orphans, report.clean) == (1, True)


def test_a_malformed_database_is_set_aside(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        add(store, "one", [b"output"])
    with (tmp_path / "v1" / "records.db").open("r+b") as file:
        file.seek(4096 * 2)  # Inside a table; the first page, which opening reads, is whole.
        file.write(os.urandom(4096 * 3))
    with opened(tmp_path) as store:
        report = store.fsck()
        assert report.database
        assert not report.clean
        assert store.fsck() == Fsck()
        add(store, "one", [b"output"])
        assert store.fsck().clean
