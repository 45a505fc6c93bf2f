import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.errors import BlobCorrupt, BlobMissing, StoreError, StoreFull
from dunnage.model.digest import Digest
from dunnage.model.view import StatRecord, record_of
from dunnage.store.blobs import Blobs, stamp_of
from dunnage.store.contents import digest_of_open
from dunnage.store.database import Database
from dunnage.store.layout import Layout
from support.stores import digest_of

HELLO = b"hello" * 100
SIZE = len(HELLO)
NAME = digest_of(HELLO)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(str(tmp_path / "store"))


@pytest.fixture
def database(layout: Layout) -> Iterator[Database]:
    database = Database(layout)
    yield database
    database.close()


@pytest.fixture
def blobs(layout: Layout, database: Database) -> Blobs:
    return Blobs(layout, database)


def put(blobs: Blobs, data: bytes = HELLO) -> Digest:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        digest, size = blobs.put(file.fileno())
        assert (size, file.tell()) == (len(data), len(data))
    return digest


def record(layout: Layout, blobs: Blobs, digest: Digest) -> None:
    """A row, as `Records.add` makes it, and a result that refers to it."""
    [stamp] = blobs.stamps([digest]).values()
    with blobs._database.transaction() as c:
        c.execute("INSERT OR IGNORE INTO path_sets VALUES (1, x'00', x'00', 1, x'00')")
        c.execute("INSERT OR IGNORE INTO results VALUES (1, x'00', x'00', 1, 1, x'00')")
        c.execute("INSERT INTO blobs VALUES (1, ?, ?, ?, ?, ?)", (digest, *stamp))
        c.execute("INSERT INTO refs VALUES (1, 1)")
    blobs.recorded([digest])


def counts(blobs: Blobs) -> tuple[int, int]:
    [(blobs_n, results)] = blobs._database.query("SELECT blobs, results FROM totals")
    return blobs_n, results


def read(blobs: Blobs, digest: Digest = NAME, size: int = SIZE) -> bytes:
    with os.fdopen(blobs.open(digest, size), "rb") as file:
        return file.read()


def test_what_is_put_can_be_opened_before_and_after_it_is_recorded(layout: Layout, blobs: Blobs) -> None:
    assert put(blobs) == NAME
    assert blobs.fresh == 1
    assert read(blobs) == HELLO
    record(layout, blobs, NAME)
    assert blobs.fresh == 0
    assert read(Blobs(layout, blobs._database)) == HELLO
    assert os.stat(layout.blob(NAME)).st_mode & 0o777 == 0o444
    fd = blobs.open(NAME, SIZE)
    assert not os.get_inheritable(fd)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.write(fd, b"x")
    os.close(fd)


def test_the_same_bytes_are_kept_once(layout: Layout, blobs: Blobs) -> None:
    put(blobs)
    inode = os.stat(layout.blob(NAME)).st_ino
    put(blobs)
    assert os.stat(layout.blob(NAME)).st_ino == inode
    assert os.listdir(os.path.dirname(layout.tmp_name())) == ["owner"]


def test_a_file_that_nobody_vouches_for_is_replaced(layout: Layout, blobs: Blobs) -> None:
    path = Path(layout.blob(NAME))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"H" * SIZE)
    put(blobs)
    assert read(blobs) == HELLO


def test_an_opened_blob_stays_good(layout: Layout, blobs: Blobs) -> None:
    put(blobs)
    fd = blobs.open(NAME, SIZE)
    os.unlink(layout.blob(NAME))
    assert os.read(fd, SIZE) == HELLO
    os.close(fd)


def test_a_trusted_blob_is_not_read(layout: Layout, blobs: Blobs, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_: int) -> tuple[Digest, int]:
        raise AssertionError("read")

    put(blobs)
    record(layout, blobs, NAME)
    monkeypatch.setattr("dunnage.store.blobs.digest_of_open", never)
    for each in (blobs, Blobs(layout, blobs._database)):
        os.close(each.open(NAME, SIZE))
    os.utime(layout.blob(NAME))
    with pytest.raises(AssertionError):
        blobs.open(NAME, SIZE)


@pytest.mark.parametrize("recorded", [True, False])
def test_a_touched_blob_is_read_once(
    layout: Layout, blobs: Blobs, monkeypatch: pytest.MonkeyPatch, recorded: bool
) -> None:
    put(blobs)
    if recorded:
        record(layout, blobs, NAME)
    os.utime(layout.blob(NAME))
    assert read(blobs) == HELLO
    monkeypatch.setattr("dunnage.store.blobs.digest_of_open", lambda _: (b"never", 0))
    assert read(blobs) == HELLO
    if recorded:
        assert read(Blobs(layout, blobs._database)) == HELLO


def shorten(path: str) -> None:
    os.truncate(path, SIZE - 1)


def change(path: str) -> None:
    Path(path).write_bytes(b"H" * SIZE)


def replace_by_directory(path: str) -> None:
    os.unlink(path)
    os.mkdir(path)


@pytest.mark.parametrize("damage", [shorten, change, replace_by_directory])
def test_a_wrong_blob_is_set_aside_with_its_results(
    layout: Layout, blobs: Blobs, damage: Callable[[str], None]
) -> None:
    put(blobs)
    record(layout, blobs, NAME)
    damage(layout.blob(NAME))
    with pytest.raises(BlobCorrupt):
        blobs.open(NAME, SIZE)
    assert counts(blobs) == (0, 0)
    assert [name.split(".")[0] for name in os.listdir(layout.quarantine)] == [NAME.hex()]
    put(blobs)
    assert read(blobs) == HELLO


def test_a_right_blob_asked_for_with_a_wrong_size_is_corrupt(blobs: Blobs) -> None:
    put(blobs)
    with pytest.raises(BlobCorrupt):
        blobs.open(NAME, SIZE + 1)


def test_a_blob_that_was_replaced_meanwhile_is_not_set_aside(layout: Layout, blobs: Blobs) -> None:
    put(blobs)
    blobs.quarantine(NAME, inode=0)
    assert read(blobs) == HELLO


def test_a_missing_blob_takes_its_results_along(layout: Layout, blobs: Blobs) -> None:
    put(blobs)
    record(layout, blobs, NAME)
    os.unlink(layout.blob(NAME))
    with pytest.raises(BlobMissing):
        blobs.open(NAME, SIZE)
    assert counts(blobs) == (0, 0)


def test_links_are_not_followed(layout: Layout, blobs: Blobs, tmp_path: Path) -> None:
    put(blobs)
    os.rename(layout.blob(NAME), tmp_path / "elsewhere")
    os.symlink(tmp_path / "elsewhere", layout.blob(NAME))
    with pytest.raises(StoreError):
        blobs.open(NAME, SIZE)


def test_verify_reads_whatever_the_stamp_says(layout: Layout, blobs: Blobs) -> None:
    put(blobs)
    blobs.verify(NAME, SIZE)
    path = Path(layout.blob(NAME))
    path.write_bytes(b"H" * SIZE)
    blobs._stamps.put(NAME, stamp_of(path.stat()))
    with pytest.raises(BlobCorrupt):
        blobs.verify(NAME, SIZE)


def test_a_blob_cannot_be_recorded_when_it_went_away(layout: Layout, blobs: Blobs) -> None:
    with pytest.raises(BlobMissing):
        blobs.stamps([NAME])
    put(blobs)
    Path(layout.blob(NAME)).write_bytes(b"other")
    with pytest.raises(BlobMissing):
        blobs.stamps([NAME])
    os.unlink(layout.blob(NAME))
    with pytest.raises(BlobMissing):
        blobs.stamps([NAME])
    blobs.forget_fresh({NAME})
    assert blobs.fresh == 0


def test_a_blob_that_another_process_put_a_moment_later_is_as_good(layout: Layout, blobs: Blobs) -> None:
    put(blobs)
    put(Blobs(layout, blobs._database))
    assert blobs.stamps([NAME]) == {NAME: stamp_of(os.stat(layout.blob(NAME)))}


def test_the_bytes_are_those_of_the_copy(layout: Layout, blobs: Blobs, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(HELLO)

    def change_source(what: str) -> None:
        if what == "chmod":
            source.write_bytes(b"changed meanwhile")

    layout.step = change_source
    with source.open("rb") as file:
        assert blobs.put(file.fileno()) == (NAME, SIZE)
    assert read(blobs) == HELLO


def test_no_room_and_no_source(layout: Layout, blobs: Blobs) -> None:
    def full(what: str) -> None:
        if what == "rename":
            raise OSError(errno.ENOSPC, "no room")

    layout.step = full
    with pytest.raises(StoreFull):
        put(blobs)
    assert os.listdir(os.path.dirname(layout.tmp_name())) == ["owner"]
    layout.step = lambda _: None
    read_end, write_end = os.pipe()
    os.close(read_end)
    with pytest.raises(StoreError):
        blobs.put(write_end)
    os.close(write_end)


def test_the_cache_of_stamps_may_be_small(
    monkeypatch: pytest.MonkeyPatch, layout: Layout, database: Database
) -> None:
    monkeypatch.setattr(limits, "STAMPS_CACHED_MAX", 2)
    blobs = Blobs(layout, database)
    digests = [put(blobs, b"%d" % number) for number in range(10)]
    assert len(blobs.stamps(digests)) == 10
    assert [read(blobs, digest, 1) for digest in digests] == [b"%d" % number for number in range(10)]
    blobs.forget_fresh()
    assert blobs.fresh == 0


def received(blobs: Blobs, data: bytes = HELLO) -> None:
    coming = blobs.receive()
    coming.write(data[:7])
    coming.write(data[7:])
    coming.keep()
    coming.close()


def test_what_came_piece_by_piece_is_a_blob_like_any(layout: Layout, blobs: Blobs) -> None:
    received(blobs)
    assert (blobs.fresh, read(blobs), os.listdir(layout._own)) == (1, HELLO, ["owner"])
    assert os.stat(layout.blob(NAME)).st_mode & 0o777 == 0o444
    record(layout, blobs, NAME)
    received(blobs)  # it is there
    assert (blobs.fresh, read(blobs), os.listdir(layout._own)) == (0, HELLO, ["owner"])
    assert blobs.holds(NAME, SIZE)


def test_a_store_that_was_deleted_takes_what_comes(layout: Layout, blobs: Blobs) -> None:
    shutil.rmtree(layout.directory)
    received(blobs)
    assert read(blobs) == HELLO


def test_a_store_that_is_deleted_while_something_comes_does_not_keep_it(layout: Layout, blobs: Blobs) -> None:
    coming = blobs.receive()
    coming.write(HELLO)
    shutil.rmtree(layout.directory)
    with pytest.raises(StoreError):
        coming.keep()
    coming.close()


def test_a_store_that_cannot_be_written_receives_nothing(layout: Layout, blobs: Blobs) -> None:
    def full(what: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    layout.step = full
    with pytest.raises(StoreFull):
        blobs.receive()


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with each blob whose bytes are read."""
    seen: list[int] = []

    def counting(fd: int) -> tuple[Digest, int]:
        seen.append(fd)
        return digest_of_open(fd)

    monkeypatch.setattr("dunnage.store.blobs.digest_of_open", counting)
    return seen


def lend(layout: Layout, target: Path) -> StatRecord:
    """What a client does (`native/lend.c`); the record of the new name."""
    os.link(layout.blob(NAME), target)
    target.chmod(0o644)
    os.utime(target)
    return record_of(target.stat())


def test_what_was_lent_is_known_before_and_after_it_comes_back(
    layout: Layout, database: Database, blobs: Blobs, tmp_path: Path, reads: list[int]
) -> None:
    put(blobs)
    record(layout, blobs, NAME)
    target = tmp_path / "target"
    blobs.lent(NAME, lend(layout, target))
    blobs.flush()
    for again in (blobs, Blobs(layout, database)):
        os.close(again.open(NAME, SIZE))
        assert again.holds(NAME, SIZE)
    target.unlink()
    for again in (blobs, Blobs(layout, database)):
        os.close(again.open(NAME, SIZE))
    assert not reads


def test_a_loan_that_nobody_told_of_is_read_once(
    layout: Layout, blobs: Blobs, tmp_path: Path, reads: list[int]
) -> None:
    """The client was killed behind it."""
    put(blobs)
    lend(layout, tmp_path / "target")
    for _ in range(2):
        os.close(blobs.open(NAME, SIZE))
    assert len(reads) == 1


def test_a_copy_is_no_loan(layout: Layout, blobs: Blobs, tmp_path: Path, reads: list[int]) -> None:
    put(blobs)
    copy = tmp_path / "copy"
    shutil.copy(layout.blob(NAME), copy)
    copy.chmod(0o644)
    blobs.lent(NAME, record_of(copy.stat()))
    os.close(blobs.open(NAME, SIZE))
    assert not reads


@pytest.mark.parametrize("comes_back", [False, True])
@pytest.mark.parametrize("data", [b"J" + HELLO[1:], HELLO + b"!"])
def test_who_writes_to_what_was_lent_ruins_the_blob_and_no_more(
    layout: Layout, blobs: Blobs, tmp_path: Path, data: bytes, comes_back: bool
) -> None:
    put(blobs)
    target = tmp_path / "target"
    blobs.lent(NAME, lend(layout, target))
    with target.open("r+b") as file:
        file.write(data)
    os.utime(target, ns=(0, target.stat().st_mtime_ns + 1))  # a clock that stands still tells nothing
    if comes_back:
        target.unlink()
    with pytest.raises(BlobCorrupt):
        blobs.open(NAME, SIZE)
    with pytest.raises(BlobMissing):
        blobs.open(NAME, SIZE)
    assert put(blobs) == NAME
    os.close(blobs.open(NAME, SIZE))
    assert comes_back or target.read_bytes() == data
