"""Digests: read once, remembered by stat, never remembered while a second write could have the same stamp."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from blake3 import blake3

from dunnage import limits
from dunnage.keys.digests import Digests, hash_descriptor, is_settled
from dunnage.keys.listings import listing_digest
from dunnage.model.digest import Digest
from dunnage.model.view import STAT, Entry, StatRecord, ViewGone
from support.units import LocalView, record_at

LATER_NS = 3_600_000_000_000


class DictMemo:
    """The memo's contract over a dict."""

    def __init__(self) -> None:
        self.known: dict[tuple[StatRecord, int], Digest] = {}

    def digest_of(self, record: StatRecord, namespace: int) -> Digest | None:
        return self.known.get((record, namespace))

    def remember(self, record: StatRecord, namespace: int, digest: Digest) -> None:
        self.known[record, namespace] = digest


def digests_at(age_ns: int) -> tuple[Digests, DictMemo]:
    memo = DictMemo()
    return Digests(memo, lambda: time.time_ns() + age_ns), memo


def test_small_and_large_files_have_the_digest_of_their_bytes(tmp_path: Path) -> None:
    for size in (0, 1, 256 * 1024, 256 * 1024 + 1, 3_000_000):
        data = os.urandom(size)
        path = tmp_path / "file"
        path.write_bytes(data)
        with path.open("rb") as file:
            file.seek(size // 2)
            assert hash_descriptor(file.fileno(), size) == blake3(data).digest()


def test_a_file_is_opened_once(tmp_path: Path) -> None:
    digests, _ = digests_at(LATER_NS)
    view = LocalView()
    paths = [str(tmp_path / name) for name in "ab"]
    for path in paths:
        Path(path).write_text(path)
    records = view.stat(paths)
    first = digests.of(view, paths, records)
    assert digests.of(view, paths, records) == first
    assert view.opened == paths
    assert first == [blake3(path.encode()).digest() for path in paths]


def test_much_is_hashed_by_several_threads_with_the_same_answers(tmp_path: Path) -> None:
    digests, memo = digests_at(LATER_NS)
    sizes = [limits.PARALLEL_HASH_BYTES_MIN, 5, 3_000_000, 0]
    paths = [str(tmp_path / str(size)) for size in sizes]
    for path, size in zip(paths, sizes, strict=True):
        Path(path).write_bytes(os.urandom(min(size, 4096)).ljust(size, b"x"))
    view = LocalView()
    asked = [*paths, str(tmp_path / "missing")]
    found = digests.of(view, asked, view.stat(asked))
    assert found == [*(blake3(Path(path).read_bytes()).digest() for path in paths), None]
    assert len(memo.known) == len(paths)


def test_a_young_file_is_read_again_each_time(tmp_path: Path) -> None:
    digests, memo = digests_at(0)
    view = LocalView()
    path = str(tmp_path / "young")
    Path(path).write_text("x")
    digests.of(view, [path], view.stat([path]))
    digests.of(view, [path], view.stat([path]))
    assert view.opened == [path, path]
    assert not memo.known


def test_what_dunnage_collected_is_remembered_however_young(tmp_path: Path) -> None:
    digests, memo = digests_at(0)
    path = tmp_path / "ours"
    path.write_text("x")
    descriptor = os.open(path, os.O_RDONLY)
    assert digests.of_descriptor(descriptor, 1, ours=True) is not None
    assert memo.known == {(record_at(str(path)), 1): blake3(b"x").digest()}


def test_what_is_not_there_or_no_regular_file_has_no_digest(tmp_path: Path) -> None:
    digests, _ = digests_at(LATER_NS)
    view = LocalView()
    paths = [str(tmp_path / "missing"), str(tmp_path)]
    assert digests.of(view, paths, view.stat(paths)) == [None, None]
    assert view.opened == []


def test_a_file_replaced_between_stat_and_open_has_no_digest(tmp_path: Path) -> None:
    digests, _ = digests_at(LATER_NS)
    view = LocalView()
    path = tmp_path / "file"
    path.write_text("old")
    records = view.stat([str(path)])
    path.unlink()
    path.write_text("a new one")
    assert digests.of(view, [str(path)], records) == [None]


def stamped(mtime_ns: int, ctime_ns: int) -> StatRecord:
    return StatRecord(STAT.pack(0, 0o100644, 1, 1, 1, mtime_ns, ctime_ns))


def test_settled_means_older_than_a_tick() -> None:
    second = 1_000_000_000
    assert not is_settled(stamped(5 * second + 1, 5 * second + 1), 5 * second + 50_000_000)
    assert is_settled(stamped(5 * second + 1, 5 * second + 1), 5 * second + 60_000_000)
    # Stamps in whole seconds come from a file system that has no finer ones.
    assert not is_settled(stamped(5 * second, 5 * second), 6 * second)
    assert is_settled(stamped(5 * second, 5 * second), 8 * second)
    # A change of the inode alone counts, too: `touch -d` cannot hide a write.
    assert not is_settled(stamped(1, 5 * second + 1), 5 * second + 2)


CUT_SHORT = """
import os, sys, threading
from dunnage.keys.digests import hash_descriptor
path = sys.argv[1]
for _ in range(10):
    with open(path, "wb") as file:
        file.truncate(1 << 28)
    descriptor = os.open(path, os.O_RDONLY)
    thread = threading.Thread(target=hash_descriptor, args=(descriptor, 1 << 28))
    thread.start()
    os.truncate(path, 0)
    thread.join()
"""


def test_a_file_that_is_cut_short_while_it_is_read_ends_nobody(tmp_path: Path) -> None:
    """Under a mapping the kernel would end the whole process."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", CUT_SHORT, tmp_path / "file"], env=environment, check=True)


def test_files_that_are_read_ahead_are_known_afterwards(tmp_path: Path) -> None:
    digests, _ = digests_at(LATER_NS)
    view = LocalView()
    paths = [str(tmp_path / name) for name in ("a", "b", "missing")]
    for path in paths[:2]:
        Path(path).write_text(path)
    with digests.reading_ahead(view, [*paths, str(tmp_path)]):
        assert view.opened == paths[:2]
    found = digests.of(view, paths, view.stat(paths))
    assert found == [*(blake3(path.encode()).digest() for path in paths[:2]), None]
    assert view.opened == paths[:2]


def test_a_client_that_leaves_meanwhile_leaves_nothing_open(tmp_path: Path) -> None:
    digests, _ = digests_at(LATER_NS)
    (tmp_path / "a").write_text("a")
    before = set(os.listdir("/proc/self/fd"))
    with pytest.raises(ViewGone), digests.reading_ahead(LocalView(), [str(tmp_path / "a")]):
        raise ViewGone("client-gone", "it left")
    assert set(os.listdir("/proc/self/fd")) == before


class Counting(LocalView):
    """Counts listings."""

    listings = 0

    def entries(self, path: str) -> list[Entry] | None:
        self.listings += 1
        return super().entries(path)


def test_a_directory_that_is_as_it_was_is_listed_once(tmp_path: Path) -> None:
    digests, _ = digests_at(LATER_NS)
    view, path = Counting(), str(tmp_path)
    (tmp_path / "a").touch()
    first = digests.of_listing(view, path, record_at(path))
    assert first == digests.of_listing(view, path, record_at(path)) == listing_digest([Entry("a", False)])
    assert view.listings == 1
    (tmp_path / "a").write_text("its contents do not count")
    assert digests.of_listing(view, path, record_at(path)) == first
    (tmp_path / "a").rename(tmp_path / "b")
    assert digests.of_listing(view, path, record_at(path)) == listing_digest([Entry("b", False)])
    assert view.listings == 2


def test_a_directory_that_changed_just_now_is_listed_again(tmp_path: Path) -> None:
    digests, _ = digests_at(0)
    view, path = Counting(), str(tmp_path)
    for _ in range(2):
        assert digests.of_listing(view, path, record_at(path)) == listing_digest([])
    assert view.listings == 2


def test_what_is_no_directory_has_no_names(tmp_path: Path) -> None:
    digests, _ = digests_at(LATER_NS)
    file = tmp_path / "file"
    file.touch()
    for path in (str(file), str(tmp_path / "nothing")):
        assert digests.of_listing(LocalView(), path, record_at(path)) is None
    record = record_at(str(tmp_path))
    assert digests.of_listing(LocalView(), str(tmp_path / "gone"), record) is None
