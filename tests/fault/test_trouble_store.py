"""Trouble with the store: deleted, truncated, read-only, full. The build's result is right; stats say what happened."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.crates import Crate, crate
from support.require import require
from support.workshop import Workshop, plainly


@pytest.fixture
def shop() -> Workshop:
    return Workshop.here()


@pytest.fixture
def demo(tmp_path: Path) -> Crate:
    return crate(tmp_path / "demo")


def compiles_right(shop: Workshop, demo: Crate, expected: dict[str, bytes]) -> None:
    demo.wipe()
    assert shop.compile(demo)[0] == 0
    assert demo.outputs() == expected
    shop.settle()


def test_deleted_under_a_running_daemon(shop: Workshop, demo: Crate) -> None:
    expected = plainly(demo)
    shop.start()
    compiles_right(shop, demo, expected)
    shutil.rmtree(shop.places.store)
    compiles_right(shop, demo, expected)
    compiles_right(shop, demo, expected)
    assert shop.compile(demo)[0] == 0
    assert shop.stats()["outcomes"]["hit"] >= 1


def test_deleted_while_no_daemon_runs(shop: Workshop, demo: Crate) -> None:
    expected = plainly(demo)
    shop.start()
    compiles_right(shop, demo, expected)
    shop.stop()
    shutil.rmtree(shop.places.store)
    shop.start()
    compiles_right(shop, demo, expected)
    assert shop.reasons() == {"miss": {"new": 1}}


@pytest.mark.parametrize("left", [0, 1, 100, 4096, 20_000])
def test_a_truncated_database(shop: Workshop, demo: Crate, left: int) -> None:
    expected = plainly(demo)
    shop.start()
    compiles_right(shop, demo, expected)
    shop.stop()
    [database] = shop.places.store.rglob("records.db")
    with database.open("r+b") as file:
        file.truncate(left)
    shop.start()
    compiles_right(shop, demo, expected)
    compiles_right(shop, demo, expected)
    assert shop.stats()["outcomes"]["hit"] == 1


def test_truncated_blobs(shop: Workshop, demo: Crate) -> None:
    expected = plainly(demo)
    shop.start()
    compiles_right(shop, demo, expected)
    shop.stop()
    for blob in shop.places.store.rglob("blobs/*/*"):
        blob.chmod(0o644)
        with blob.open("r+b") as file:
            file.truncate(blob.stat().st_size // 2)
    shop.start()
    compiles_right(shop, demo, expected)
    compiles_right(shop, demo, expected)
    assert shop.reasons() == {"miss": {"new": 1, "corrupt": 1}, "hit": {"local": 1}}


@pytest.fixture
def small_disk(shop: Workshop) -> Iterator[Path]:
    """The store on a file system with room for its records and hardly anything else."""
    require("root")
    shop.places.store.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "dunnage-test", shop.places.store], check=True)
    yield shop.places.store
    shop.stop()
    subprocess.run(["umount", shop.places.store], check=True)


def test_full(shop: Workshop, tmp_path: Path, small_disk: Path) -> None:
    large = crate(
        tmp_path / "large", "".join(f'pub fn f{i}() -> String {{ format!("{i}") }}\n' for i in range(900))
    )
    expected = plainly(large)
    assert sum(map(len, expected.values())) > 400 * 1024
    shop.start()
    compiles_right(shop, large, expected)
    compiles_right(shop, large, expected)
    outcomes = shop.stats()
    assert outcomes["outcomes"]["hit"] == 0
    assert outcomes["reasons"]["miss"] == {"store-failed": 2}
    assert list(small_disk.rglob("blobs/*/*")) == []


def test_read_only(shop: Workshop, demo: Crate) -> None:
    """A bind mount that is read-only: root, too, gets EROFS."""
    require("root")
    expected = plainly(demo)
    shop.start()
    compiles_right(shop, demo, expected)
    shop.stop()
    store = str(shop.places.store)
    subprocess.run(["mount", "--bind", store, store], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", store], check=True)
        shop.start()
        compiles_right(shop, demo, expected)
        shop.stop()
    finally:
        subprocess.run(["umount", store], check=True)
    shop.start()
    compiles_right(shop, demo, expected)
    assert shop.stats()["reasons"]["hit"] == {"local": 1}


def test_a_file_stands_where_the_store_should_be(shop: Workshop, demo: Crate) -> None:
    expected = plainly(demo)
    shop.places.base.mkdir(parents=True)
    shop.places.store.write_text("a file")
    shop.start()
    compiles_right(shop, demo, expected)
    shop.places.store.unlink()
    compiles_right(shop, demo, expected)
    # The build that found no store is counted as soon as there is one.
    assert shop.reasons() == {"fallback": {"no-store": 1}, "miss": {"new": 1}}


def test_outputs_that_cannot_be_written(shop: Workshop, demo: Crate) -> None:
    """The client falls back to the compiler, whose own words about the directory the user then reads."""
    expected = plainly(demo)
    shop.start()
    compiles_right(shop, demo, expected)
    demo.wipe()
    (demo.deps / "libdemo-1.rlib").mkdir()
    code, _, stderr = shop.compile(demo)
    assert code != 0
    assert b"libdemo-1.rlib" in stderr
    (demo.deps / "libdemo-1.rlib").rmdir()
    compiles_right(shop, demo, expected)
    reasons = shop.reasons()
    assert reasons["fallback"] == {"write-failed": 1}
    assert reasons["hit"] == {"local": 1}
