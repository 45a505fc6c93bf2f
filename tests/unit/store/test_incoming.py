"""Blobs that come piece by piece: whole with their name, or gone."""

import os
from pathlib import Path

import pytest

from dunnage.errors import StoreError, StoreFull
from dunnage.model.digest import Digest
from dunnage.store.incoming import Incoming
from support.stores import digest_of

DATA = bytes(range(256)) * 2000


def published(path: str, descriptor: int, digest: Digest) -> None:
    os.rename(path, os.path.join(os.path.dirname(path), digest.hex()))


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "coming")


def names(path: str) -> list[str]:
    return os.listdir(os.path.dirname(path))


@pytest.mark.parametrize("pieces", [[], [DATA], [DATA[:1], DATA[1:70_000], b"", DATA[70_000:]]])
def test_what_was_written_has_its_name_when_it_is_kept(path: str, pieces: list[bytes]) -> None:
    coming = Incoming(path, published)
    for piece in pieces:
        assert coming.write(memoryview(piece)) == len(piece)
    data = b"".join(pieces)
    assert (coming.digest, coming.size) == (digest_of(data), len(data))
    coming.keep()
    coming.close()
    coming.close()
    assert names(path) == [digest_of(data).hex()]
    assert Path(path).with_name(digest_of(data).hex()).read_bytes() == data


def test_what_is_not_kept_is_gone(path: str) -> None:
    coming = Incoming(path, published)
    coming.write(DATA)
    assert os.stat(path).st_mode & 0o777 == 0o600
    coming.close()
    coming.close()
    assert names(path) == []


def test_a_piece_that_is_written_again_counts_as_it_was(path: str) -> None:
    """Whoever writes may use one buffer for all pieces."""
    coming, buffer = Incoming(path, published), bytearray(b"one")
    coming.write(buffer)
    buffer[:] = b"two"
    coming.write(buffer)
    assert coming.digest == digest_of(b"onetwo")
    coming.close()


def test_who_comes_too_late_writes_nowhere(path: str) -> None:
    coming = Incoming(path, published)
    coming.close()
    with pytest.raises(ValueError, match="closed"):
        coming.write(DATA)


def test_no_room_is_the_stores_own_trouble(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    os.symlink("/dev/full", path)
    monkeypatch.setattr(os, "O_EXCL", 0)
    coming = Incoming(path, published)
    with pytest.raises(StoreFull):
        coming.write(DATA)
    coming.close()
    assert names(path) == []


def test_a_name_that_cannot_be_given_is_none(path: str) -> None:
    def refused(path: str, descriptor: int, digest: Digest) -> None:
        raise PermissionError(13, "Permission denied")

    coming = Incoming(path, refused)
    coming.write(DATA)
    with pytest.raises(StoreError, match="cannot be stored"):
        coming.keep()
    coming.close()
    assert names(path) == []
