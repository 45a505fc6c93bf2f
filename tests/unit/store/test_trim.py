import os
import shutil
import time
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.errors import StoreError, StoreFull
from dunnage.store.reports import Trimmed
from dunnage.store.store import Store
from support.stores import (
    Clock,
    action_key,
    add,
    assert_whole,
    blob_path,
    digest_of,
    opened,
    paths_of,
    put,
    unit_key,
)


def test_the_longest_unused_go_first(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        results = {name: add(store, name, [name.encode() * 1000]) for name in "abcd"}
        store.used(unit_key("a"), paths_of("a"), action_key("a"), results["a"])
        assert store.trim(2500) == Trimmed(2, 2, 2000)
        assert assert_whole(store, "abcd") == {"a", "d"}
        assert store.trim(2500) == Trimmed()
        assert store.trim(0) == Trimmed(2, 2, 2000)
        assert not blob_path(tmp_path, digest_of(b"a" * 1000)).exists()


def test_a_blob_stays_while_a_result_refers_to_it(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        add(store, "old", [b"shared" * 100, b"old" * 100])
        add(store, "new", [b"shared" * 100, b"new" * 100])
        assert store.trim(1000) == Trimmed(1, 1, 300)
        assert assert_whole(store, ["old", "new"]) == {"new"}


def test_results_without_blobs_are_no_obstacle(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        add(store, "empty", [])
        add(store, "full", [b"x" * 100])
        assert store.trim(50).results == 2
        assert store.size().actions == 0


def test_blobs_of_a_replaced_result_go_first(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        add(store, "one", [b"first" * 100])
        add(store, "one", [b"second" * 100])
        assert store.size().size_bytes == 1100
        assert store.trim() == Trimmed(0, 1, 500)
        assert assert_whole(store, ["one"]) == {"one"}


def test_more_than_one_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TRIM_BATCH_RESULTS", 3)
    with opened(tmp_path) as store:
        for number in range(10):
            add(store, number, [b"%d" % number * 100])
        assert store.trim(150) == Trimmed(9, 9, 900)


def test_orphans_are_removed_when_they_are_old(tmp_path: Path) -> None:
    clock = Clock(time.time())
    with opened(tmp_path, clock=clock) as store:
        add(store, "kept", [b"kept"])
        orphan = blob_path(tmp_path, put(store, b"given up")[0])
        stray = orphan.parent / "not a blob"
        stray.touch()
        wrong_place = orphan.parent / (("00" if orphan.parent.name != "00" else "11") * 32)
        directory = orphan.parent / "directory"
        directory.mkdir()
        loose = tmp_path / "v1" / "blobs" / "loose file"
        kept_elsewhere = orphan.parent / digest_of(b"kept").hex()
        for path in (wrong_place, loose, kept_elsewhere):
            path.touch()
        store.trim()
        assert orphan.exists()
        clock.now += limits.ORPHAN_AGE_S + 60
        store.trim()
        left = {path for path in (tmp_path / "v1" / "blobs").rglob("*") if path.is_file()}
        assert left == {blob_path(tmp_path, digest_of(b"kept"))}
        assert not directory.exists()
        put(store, b"given up")
        assert orphan.exists()


def test_clear_takes_all_but_the_counters(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        result = add(store, "one", [b"output"])
        fd = store.open_blob(result.outputs[0].digest, 6)
        assert store.clear() == Trimmed(1, 1, 6)
        assert os.read(fd, 10) == b"output"
        os.close(fd)
        assert assert_whole(store, ["one"]) == set()
        assert list((tmp_path / "v1" / "blobs").iterdir()) == []
        add(store, "one", [b"output"])
        assert assert_whole(store, ["one"]) == {"one"}


def failing_commits(store: Store, times: int) -> None:
    """The next transactions find no room."""
    left = times

    def step(what: str) -> None:
        nonlocal left
        if what == "commit" and left:
            left -= 1
            raise OSError(28, "no room")

    store._layout.step = step


def test_a_full_disk_gets_by_with_the_reserve(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        for name in "abc":
            add(store, name, [name.encode() * 100])
        failing_commits(store, 1)
        assert store.trim(100).blobs == 2
        assert (tmp_path / "v1" / "reserve").exists()
        failing_commits(store, 1)
        assert store.clear().blobs == 1
        add(store, "d", [b"d"])
        failing_commits(store, 2)
        with pytest.raises(StoreFull):
            store.trim(0)
        assert not (tmp_path / "v1" / "reserve").exists()


def test_a_trim_waits_only_when_it_is_told_to(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        add(store, "one", [b"output"])
        with store._trimmer._lock:
            assert store._trimmer.trim_to(0, wait=False) == Trimmed()
        assert store._trimmer.trim_to(0).results == 1


def test_a_store_that_cannot_be_searched(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        shutil.rmtree(tmp_path / "v1" / "blobs")
        assert store._trimmer.remove_orphans() == 0
        (tmp_path / "v1" / "blobs").write_text("in the way")
        with pytest.raises(StoreError):
            store._trimmer.remove_orphans()
        (tmp_path / "v1" / "blobs").unlink()


def test_locks_that_cannot_be_taken(tmp_path: Path) -> None:
    with opened(tmp_path / "store") as store:
        (tmp_path / "store" / "v1" / "blobs.lock").unlink(missing_ok=True)
        (tmp_path / "store" / "v1" / "blobs.lock").mkdir()
        for call in (store.trim, store.clear):
            with pytest.raises(StoreError):
                call()
