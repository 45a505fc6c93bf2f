import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.errors import StoreError
from dunnage.model.outcome import Outcome, Result
from dunnage.store.reports import StoreSize
from dunnage.store.store import Store
from support.stores import (
    ROOM,
    Clock,
    action_key,
    add,
    assert_whole,
    blob_path,
    digest_of,
    opened,
    paths_of,
    put,
    read,
    record_of,
    result_of,
    unit_key,
)

HIT = Result(outcome=Outcome.HIT, reason="local", name="serde (lib)", saved_us=900)


def test_everything_is_there_after_opening_again(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        result = add(store, "one", [b"output"])
        store.remember(record_of(1), 0, digest_of(b"file"))
        store.used(unit_key("one"), paths_of("one"), action_key("one"), result)
        store.count(HIT)
    with opened(tmp_path, size=77) as store:
        assert assert_whole(store, ["one"]) == {"one"}
        assert store.digest_of(record_of(1), 0) == digest_of(b"file")
        assert store.counters().rows[0].sessions == 1
        assert store.units(5)[0].name == "serde (lib)"
        assert store.size() == StoreSize(6, 77, 1, 1)
        store.zero()
        assert store.counters().rows == ()


def test_what_is_not_recorded_at_once_is_there_soon(tmp_path: Path) -> None:
    with opened(tmp_path) as store, opened(tmp_path) as other:
        store.count(HIT)
        for _ in range(600):
            if other.counters().rows:
                break
            threading.Event().wait(0.1)
        assert other.counters().rows[0].sessions == 1


def test_it_keeps_to_its_size(tmp_path: Path) -> None:
    with opened(tmp_path, size=10_000) as store:
        for number in range(25):
            add(store, number, [b"%02d" % number * 500])
            assert store.size().size_bytes <= 10_000
        assert assert_whole(store, range(25)) >= {24, 23, 22}


def test_a_result_larger_than_the_store_does_not_stay(tmp_path: Path) -> None:
    with opened(tmp_path, size=100) as store:
        add(store, "large", [b"x" * 1000])
        assert store.size().blobs == 0


def test_a_trim_that_fails_does_not_undo_the_record(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    commits = 0

    def step(what: str) -> None:
        nonlocal commits
        commits += what == "commit"
        if commits == 3 and what == "commit":  # The first made the tables, the second recorded.
            raise OSError(5, "no")

    with opened(tmp_path, size=100, step=step) as store, caplog.at_level(logging.WARNING, "dunnage.store"):
        add(store, "large", [b"x" * 1000])
        assert assert_whole(store, ["large"]) == {"large"}
    assert "cannot be trimmed now" in caplog.text


def test_what_a_killed_process_left_is_removed_in_time(tmp_path: Path) -> None:
    clock = Clock(time.time())
    with opened(tmp_path, clock=clock) as store:
        orphan = blob_path(tmp_path, put(store, b"given up")[0])
    dead = tmp_path / "v1" / "tmp" / "0123456789abcdef"
    dead.mkdir()
    with opened(tmp_path, clock=clock) as store:
        assert not dead.exists()
        add(store, 1, [])
        assert orphan.exists()
        clock.now += limits.ORPHAN_AGE_S + 60
        add(store, 2, [])
        assert not orphan.exists()


def test_blobs_that_nobody_records_are_searched_for_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "FRESH_BLOBS_MAX", 2)
    searches = 0
    clock = Clock(time.time() + 10**6)
    with opened(tmp_path, clock=clock) as store:
        search = store._trimmer.remove_orphans

        def counted() -> int:
            nonlocal searches
            searches += 1
            return search()

        monkeypatch.setattr(store._trimmer, "remove_orphans", counted)
        for number in range(9):
            put(store, b"%d" % number)
            add(store, number, [])
        assert searches == 1
        clock.now += limits.ORPHAN_AGE_S
        add(store, "last", [])
        assert searches == 2
        assert not list((tmp_path / "v1" / "blobs").glob("*/*"))


@pytest.mark.parametrize(
    "call",
    [
        lambda store: store.path_sets(unit_key(1)),
        lambda store: store.results(action_key(1)),
        lambda store: store.add(unit_key(1), paths_of(1), action_key(1), result_of([])),
        lambda store: put(store, b"x"),
        lambda store: store.open_blob(digest_of(b"x"), 1),
        lambda store: store.digest_of(record_of(9), 0),
        lambda store: store.counters(),
        lambda store: store.units(1),
        lambda store: store.size(),
        lambda store: store.trim(),
        lambda store: store.clear(),
        lambda store: store.fsck(),
    ],
)
def test_a_closed_store_says_so(tmp_path: Path, call: Callable[[Store], object]) -> None:
    with opened(tmp_path) as store:
        pass
    with pytest.raises(StoreError):
        call(store)
    store.count(HIT)
    store.remember(record_of(1), 0, digest_of(b"x"))
    store.used(unit_key(1), paths_of(1), action_key(1), result_of([]))


def test_a_store_that_cannot_be_opened_leaves_nothing_open(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "store" / "v1" / "records.db").mkdir(parents=True)
    descriptors = os.listdir("/proc/self/fd")
    for name in ("file", "store"):
        with pytest.raises(StoreError):
            Store.open(str(tmp_path / name), size_bytes_max=ROOM, clock=Clock())
    assert len(os.listdir("/proc/self/fd")) == len(descriptors)


def test_many_threads_at_once(tmp_path: Path) -> None:
    failures: list[BaseException] = []

    def work(who: int) -> None:
        try:
            for number in range(12):
                result = add(store, f"{who} {number}", [b"common" * 50, b"%d" % number * 300])
                assert store.results(action_key(f"{who} {number}")) == [result]
                for output in result.outputs:
                    read(store, output.digest, output.size)
                store.count(HIT)
        except BaseException as error:  # noqa: BLE001 - shown at the end, in the thread of the test
            failures.append(error)

    with opened(tmp_path) as store:
        threads = [threading.Thread(target=work, args=(who,)) for who in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert store.size().actions == 96
        assert store.size().blobs == 13
        assert store.counters().rows[0].sessions == 96
        assert store.fsck().clean
