"""What people and disks do to a store while it is open: deleted, truncated, overwritten, read-only, full."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from dunnage.errors import BlobCorrupt, BlobMissing, StoreError, StoreFull
from dunnage.model.outcome import Outcome, Result
from dunnage.store.store import Store
from support.require import require
from support.stores import (
    action_key,
    add,
    assert_whole,
    blob_path,
    opened,
    paths_of,
    put,
    read,
    result_of,
    unit_key,
)

HIT = Result(outcome=Outcome.HIT, reason="local", name="serde (lib)", saved_us=1)


def assert_works(store: Store) -> None:
    """A new result can be kept and found."""
    result = add(store, "new", [b"new output"])
    assert store.results(action_key("new")) == [result]
    assert read(store, result.outputs[0].digest, result.outputs[0].size) == b"new output"
    assert store.fsck().clean


def survives(store: Store, attempts: int = 3) -> None:
    """At most a few calls fail, each with StoreError; then everything works."""
    for _ in range(attempts):
        try:
            assert_works(store)
        except StoreError:
            continue
        return
    assert_works(store)


def test_the_directory_is_deleted(tmp_path: Path) -> None:
    directory = tmp_path / "store"
    with opened(directory) as store:
        result = add(store, "old", [b"old output"])
        shutil.rmtree(directory)
        with pytest.raises(BlobMissing):
            store.open_blob(result.outputs[0].digest, result.outputs[0].size)
        assert store.results(action_key("old")) == []
        assert_works(store)
        store.count(HIT)
        assert store.counters().rows[0].sessions == 1
    with opened(directory) as store:
        assert assert_whole(store, ["old", "new"]) == {"new"}


def test_the_directory_is_deleted_between_put_and_add(tmp_path: Path) -> None:
    directory = tmp_path / "store"
    with opened(directory) as store:
        put(store, b"output")
        shutil.rmtree(directory)
        with pytest.raises(StoreError):
            store.add(unit_key(1), paths_of(1), action_key(1), result_of([b"output"]))
        assert store.results(action_key(1)) == []
        assert_works(store)


def test_only_the_blobs_are_deleted(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        result = add(store, "old", [b"one", b"two"])
        shutil.rmtree(tmp_path / "v1" / "blobs")
        with pytest.raises(BlobMissing):
            store.open_blob(result.outputs[0].digest, 3)
        assert store.results(action_key("old")) == []  # It would not be whole.
        assert len(store.fsck().missing) == 1  # The other one.
        assert_works(store)
        assert store.size().size_bytes == len(b"new output")


def test_the_directory_cannot_be_made_again(tmp_path: Path) -> None:
    directory = tmp_path / "store"
    with opened(directory) as store:
        result = add(store, "old", [b"old output"])
        shutil.rmtree(directory)
        directory.write_text("in the way")
        for call in (
            lambda: add(store, "new", [b"new output"]),
            lambda: store.open_blob(result.outputs[0].digest, 10),
            lambda: store.trim(0),
            store.size,
            store.clear,
            store.fsck,
            store.zero,
        ):
            with pytest.raises(StoreError):
                call()
        store.count(HIT)
        directory.unlink()
        survives(store)
        assert store.counters().rows[0].sessions == 1


@pytest.mark.parametrize("name", ["records.db", "records.db-wal"])
def test_records_are_truncated_while_open(tmp_path: Path, name: str) -> None:
    for part in range(12):
        directory = tmp_path / str(part)
        with opened(directory) as store:
            for number in range(40):
                add(store, number, [str(number).encode() * 200], dep_info=b"d" * 5000)
            if name == "records.db":
                checkpoint(directory)
            path = directory / "v1" / name
            os.truncate(path, path.stat().st_size * part // 12 + part % 5)
            for number in range(40):
                try:
                    assert_whole(store, [number])
                except StoreError:
                    continue
            survives(store)


@pytest.mark.parametrize("length", [0, 1, 100, 4095, 4096, 5000, 8192, 20_000, 65_536])
def test_records_are_truncated_while_closed(tmp_path: Path, length: int) -> None:
    with opened(tmp_path) as store:
        for number in range(40):
            add(store, number, [str(number).encode() * 200], dep_info=b"d" * 5000)
    os.truncate(tmp_path / "v1" / "records.db", length)
    with opened(tmp_path) as store:
        survives(store)
        try:
            assert_whole(store, range(40))
        except StoreError:
            assert_whole(store, range(40))
        assert store.fsck().clean


@pytest.mark.parametrize("seed", range(8))
def test_records_are_overwritten_in_places(tmp_path: Path, seed: int) -> None:
    with opened(tmp_path) as store:
        for number in range(40):
            add(store, number, [str(number).encode() * 200], dep_info=b"d" * 5000)
    with (tmp_path / "v1" / "records.db").open("r+b") as file:
        file.seek(seed * 4096 * 3)
        file.write(bytes([seed * 31 + 1]) * 4096)
    with opened(tmp_path) as store:
        for number in range(40):
            try:
                for result in store.results(action_key(number)):
                    assert result == result_of([str(number).encode() * 200], dep_info=b"d" * 5000)
            except StoreError:
                continue
        store_is_whole_after_fsck(store)


def store_is_whole_after_fsck(store: Store) -> None:
    try:
        store.fsck()
    except StoreError:
        store.fsck()
    assert store.fsck().clean
    survives(store)


def test_something_else_lies_at_the_path_of_the_records(tmp_path: Path) -> None:
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1" / "records.db").write_bytes(b"not a database at all" * 999)
    with opened(tmp_path) as store:
        assert_works(store)
    assert [path.name for path in (tmp_path / "v1" / "quarantine").iterdir() if "records.db." in path.name]


def checkpoint(directory: Path) -> None:
    subprocess.run(
        [
            "python3",
            "-c",
            "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('PRAGMA wal_checkpoint(TRUNCATE)')",
            directory / "v1" / "records.db",
        ],
        check=True,
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    require("tmpfs")
    place = tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def test_the_disk_is_full(small_disk: Path) -> None:
    with opened(small_disk / "store") as store:
        first = add(store, 0, [b"first"])
        with pytest.raises(StoreFull):
            add_without_end(store)
        assert read(store, first.outputs[0].digest, 5) == b"first"
        fill(small_disk / "ballast")
        for _ in range(3):
            store.count(HIT)
            store.used(unit_key(0), paths_of(0), action_key(0), first)
            with pytest.raises(StoreError):
                add(store, "more", [os.urandom(5000)])
            assert store.results(action_key(0)) == [first]
            assert read(store, first.outputs[0].digest, 5) == b"first"
        assert store.trim(200_000).blobs > 0  # Out of the reserve.
        assert store.counters().rows[0].sessions == 3
        survives(store)
        assert not list((small_disk / "store" / "v1" / "tmp").glob("*/[0-9]*"))


def add_without_end(store: Store) -> None:
    for number in range(1, 1000):
        add(store, number, [os.urandom(100_000)])


def test_a_full_disk_is_cleared(small_disk: Path) -> None:
    with opened(small_disk / "store") as store:
        with pytest.raises(StoreFull):
            add_without_end(store)
        fill(small_disk / "ballast")
        assert store.clear().blobs > 5
        assert store.size().actions == 0
        survives(store)


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for size in (65_536, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


def test_a_store_on_a_full_disk_is_opened(small_disk: Path) -> None:
    fill(small_disk / "ballast")
    with pytest.raises(StoreError), opened(small_disk / "store"):
        pass
    (small_disk / "ballast").unlink()
    with opened(small_disk / "store") as store:
        assert_works(store)


def test_the_disk_becomes_read_only(small_disk: Path) -> None:
    with opened(small_disk / "store") as store:
        first = add(store, 0, [b"first"])
        subprocess.run(["mount", "--bind", small_disk, small_disk], check=True)
        subprocess.run(["mount", "-o", "remount,bind,ro", small_disk], check=True)
        try:
            assert read(store, first.outputs[0].digest, 5) == b"first"
            assert store.results(action_key(0)) == [first]
            with pytest.raises(StoreError):
                add(store, 1, [b"second"])
            with pytest.raises(StoreError), opened(small_disk / "store"):
                pass
        finally:
            subprocess.run(["umount", "--lazy", small_disk], check=True)
        assert_works(store)


def test_blobs_are_damaged(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        shorter = add(store, "shorter", [b"a" * 1000]).outputs[0]
        changed = add(store, "changed", [b"b" * 1000]).outputs[0]
        touched = add(store, "touched", [b"c" * 1000]).outputs[0]
        os.truncate(blob_path(tmp_path, shorter.digest), 10)
        blob_path(tmp_path, changed.digest).write_bytes(b"B" * 1000)
        os.utime(blob_path(tmp_path, touched.digest))
        for damaged in (shorter, changed):
            with pytest.raises(BlobCorrupt):
                store.open_blob(damaged.digest, damaged.size)
            with pytest.raises(BlobMissing):
                store.open_blob(damaged.digest, damaged.size)
        assert read(store, touched.digest, 1000) == b"c" * 1000
        assert assert_whole(store, ["shorter", "changed", "touched"]) == {"touched"}
        assert len(list((tmp_path / "v1" / "quarantine").iterdir())) == 2
        assert store.size().size_bytes == 1000
        add(store, "shorter", [b"a" * 1000])
        assert assert_whole(store, ["shorter"]) == {"shorter"}
        assert store.fsck().clean
