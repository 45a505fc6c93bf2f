import errno
import fcntl
import os
import threading
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.errors import StoreError, StoreFull
from dunnage.model.digest import Digest
from dunnage.store.layout import Layout, digest_of_name, no_step, store_error


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(str(tmp_path / "store"))
    layout.create()
    return layout


def test_what_is_made_says_whose_it_is(layout: Layout) -> None:
    directory = Path(layout.directory)
    assert "dunnage" in (directory / "README").read_text()
    assert (directory / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    assert (directory / "v1").stat().st_mode & 0o777 == 0o700
    layout.create()  # Twice changes nothing.
    assert len(os.listdir(layout.tmp)) == 1


def test_a_blob_lies_below_the_first_two_digits(layout: Layout) -> None:
    assert layout.blob(Digest(b"\xab" * 32)) == f"{layout.blobs}/ab/{'ab' * 32}"


@pytest.mark.parametrize(
    ("name", "digest"),
    [("0f" * 32, b"\x0f" * 32), ("0F" * 32, None), ("0f" * 31, None), ("zz" * 32, None), ("", None)],
)
def test_names_of_blobs(name: str, digest: bytes | None) -> None:
    assert digest_of_name(name) == digest


def test_temporary_names_differ(layout: Layout) -> None:
    assert layout.tmp_name() != layout.tmp_name()
    assert layout.tmp_name().startswith(layout.tmp)


def test_leftovers_of_the_dead_are_removed_and_the_living_are_left_alone(tmp_path: Path) -> None:
    living, other = Layout(str(tmp_path)), Layout(str(tmp_path))
    living.create()
    Path(living.tmp_name()).write_bytes(b"being written")
    dead = Path(living.tmp) / "0123456789abcdef"
    dead.mkdir()
    (dead / "owner").touch()
    (dead / "5").write_bytes(b"half a blob")
    (Path(living.tmp) / "nobody's").mkdir()
    other.create()
    assert other.remove_leftovers() == 2
    assert len(os.listdir(living.tmp)) == 2
    living.release()
    other.release()
    assert os.listdir(living.tmp) == []
    other.release()  # Nothing left to do.


def test_its_own_directory_is_made_again(layout: Layout) -> None:
    first = os.path.dirname(layout.tmp_name())
    os.unlink(f"{first}/owner")
    os.rmdir(first)
    layout.create()
    Path(layout.tmp_name()).touch()
    assert not os.path.exists(first)


def test_removing_waits_for_publishing(layout: Layout) -> None:
    events: list[str] = []
    started = threading.Event()

    def remove() -> None:
        started.set()
        with layout.removing():
            events.append("removed")

    with layout.publishing(), layout.publishing():
        thread = threading.Thread(target=remove)
        thread.start()
        started.wait()
        with pytest.raises(BlockingIOError), layout.held("blobs.lock", fcntl.LOCK_EX | fcntl.LOCK_NB):
            pass
        events.append("published")
    thread.join()
    assert events == ["published", "removed"]


def test_the_quarantine_keeps_the_newest(layout: Layout, tmp_path: Path) -> None:
    for number in range(limits.QUARANTINE_FILES_MAX + 3):
        path = tmp_path / f"damaged{number}"
        path.touch()
        layout.set_aside(str(path))
    kept = os.listdir(layout.quarantine)
    assert len(kept) == limits.QUARANTINE_FILES_MAX
    assert any(name.startswith(f"damaged{limits.QUARANTINE_FILES_MAX + 2}.") for name in kept)


def test_blobs_are_discarded_at_once(layout: Layout) -> None:
    Path(layout.blobs, "ab").mkdir()
    trash = layout.discard_blobs()
    assert (os.listdir(trash), os.listdir(layout.blobs)) == (["ab"], [])
    os.rmdir(layout.blobs)
    layout.discard_blobs()
    assert os.listdir(layout.blobs) == []


def test_the_reserve_takes_room_until_it_is_spent(layout: Layout) -> None:
    layout.save_reserve()
    layout.save_reserve()
    assert os.stat(layout.reserve).st_blocks * 512 >= limits.RESERVE_BYTES
    layout.spend_reserve()
    layout.spend_reserve()
    assert not os.path.exists(layout.reserve)


def test_no_reserve_where_there_is_no_room(layout: Layout) -> None:
    def full(_: str) -> None:
        raise OSError(errno.ENOSPC, "no room")

    layout.step = full
    layout.save_reserve()
    assert not os.path.exists(layout.reserve)


def test_errors_say_whether_there_was_room() -> None:
    no_step("anything")
    assert isinstance(store_error(OSError(errno.ENOSPC, "no space"), "A blob"), StoreFull)
    assert isinstance(store_error(OSError(errno.EDQUOT, "quota"), "A blob"), StoreFull)
    other = store_error(OSError(errno.EROFS, "read-only"), "A blob cannot be stored")
    assert type(other) is StoreError
    assert other.message == "A blob cannot be stored: read-only."
