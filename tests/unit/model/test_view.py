"""Stat records are what the wire carries, and the end of a view carries the reason that becomes the outcome."""

import os
from pathlib import Path

from dunnage.model.outcome import REASONS, Outcome
from dunnage.model.view import STAT, StatRecord, ViewGone, exists, is_regular, record_of
from dunnage.wire.messages import STAT_RECORD


def test_a_record_is_what_the_wire_carries() -> None:
    assert (STAT.format, STAT.size) == (STAT_RECORD.format, 48)


def test_the_record_of_a_descriptor_has_what_stat_says(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"12345")
    path.chmod(0o640)
    status = path.stat()
    errno, mode, dev, ino, size, mtime_ns, ctime_ns = STAT.unpack(record_of(status))
    assert (errno, mode, size) == (0, 0o100640, 5)
    assert (dev, ino, mtime_ns, ctime_ns) == (
        status.st_dev,
        status.st_ino,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


def test_what_exists_and_what_is_a_file(tmp_path: Path) -> None:
    file, directory = tmp_path / "x", tmp_path / "d"
    file.touch()
    directory.mkdir()
    absent = StatRecord(STAT.pack(2, 0, 0, 0, 0, 0, 0))
    records = [record_of(os.stat(file)), record_of(os.stat(directory)), absent]
    assert [exists(record) for record in records] == [True, True, False]
    assert [is_regular(record) for record in records] == [True, False, False]


def test_a_gone_view_says_why() -> None:
    gone = ViewGone("timeout", "60 s")
    assert (gone.reason, gone.detail) == ("timeout", "60 s")
    assert (Outcome.FALLBACK, gone.reason) in REASONS
