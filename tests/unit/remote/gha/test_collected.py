"""What was put and not yet saved."""

import io
import os
import tempfile
from typing import BinaryIO

import pytest

from dunnage.errors import RemoteDamaged, RemoteFull, RemoteUnavailable
from dunnage.remote import limits
from dunnage.remote.contract import BlobSource, Record
from dunnage.remote.gha.collected import Collected
from support.remotes.things import blob, name, name_of


def got(collected: Collected, data: bytes) -> bytes | None:
    target = io.BytesIO()
    return target.getvalue() if collected.get(name_of(data), target) else None


def test_blobs_are_there_until_they_are_released() -> None:
    collected = Collected(1 << 20)
    collected.add_blob(blob(b"one"))
    collected.add_blob(blob(b"one"))
    collected.add_blob(blob(b""))
    assert name_of(b"one") in collected
    assert name_of(b"two") not in collected
    assert (got(collected, b"one"), got(collected, b""), got(collected, b"two")) == (b"one", b"", None)
    (spool,), records = collected.take()
    assert list(spool.frames) == [name_of(b"one"), name_of(b"")]
    assert records == []
    collected.add_blob(blob(b"two"))
    again, _ = collected.take()
    assert [list(each.frames) for each in again] == [list(spool.frames), [name_of(b"two")]]
    collected.release([spool])
    assert spool.file.closed
    assert (got(collected, b"one"), got(collected, b"two")) == (None, b"two")
    collected.close()
    collected.close()
    assert got(collected, b"two") is None


def test_a_record_put_anew_meanwhile_is_not_settled() -> None:
    collected = Collected(1 << 20)
    first, second, other = Record(name(), b"first"), Record(name(), b"second"), Record(name(), b"other")
    anew = Record(first.name, b"anew")
    for record in (first, second, other):
        collected.add_record(record)
    _, taken = collected.take()
    assert taken == [first, second, other]
    collected.add_record(anew)
    collected.settle(taken)
    assert collected.record(first.name) is anew
    assert collected.record(second.name) is None


def test_more_than_the_share() -> None:
    collected = Collected(10_000)
    collected.add_blob(blob(os.urandom(6000)))
    with pytest.raises(RemoteFull, match="more than its share"):
        collected.add_blob(blob(os.urandom(6000)))
    collected.add_blob(blob(os.urandom(3000)))
    collected.close()


def test_what_nobody_would_fetch_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REMOTE_BLOB_BYTES_MAX", 10)
    monkeypatch.setattr(limits, "REMOTE_RECORD_BYTES_MAX", 10)
    collected = Collected(10_000)
    with pytest.raises(RemoteFull, match="A blob is larger"):
        collected.add_blob(blob(b"x" * 11))
    with pytest.raises(RemoteFull, match="A record is larger"):
        collected.add_record(Record(name(), b"x" * 11))
    assert collected.take() == ([], [])


def test_a_blob_of_another_size() -> None:
    collected = Collected(10_000)
    with pytest.raises(RemoteDamaged):
        collected.add_blob(BlobSource(name_of(b"four"), lambda: io.BytesIO(b"three")))
    assert name_of(b"four") not in collected


def test_there_is_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    made = tempfile.TemporaryFile

    def full(*words: object, **more: object) -> BinaryIO:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    collected = Collected(10_000)
    with pytest.raises(RemoteUnavailable, match="No space left on device"):
        collected.add_blob(blob(b"one"))
    monkeypatch.setattr(tempfile, "TemporaryFile", made)
    collected.add_blob(blob(b"one"))
    assert got(collected, b"one") == b"one"
    collected.close()


def test_a_frame_that_was_half_written_is_written_over() -> None:
    collected = Collected(10_000)
    collected.add_blob(blob(b"one"))
    (spool,), _ = collected.take()
    spool.file.seek(0, 2)
    spool.file.write(b"half a frame")
    with io.BytesIO(b"frame") as frame:
        spool.add(name_of(b"two"), frame, 5)
    at, length = spool.frames[name_of(b"two")]
    assert os.pread(spool.file.fileno(), length, at) == b"frame"
    collected.close()
