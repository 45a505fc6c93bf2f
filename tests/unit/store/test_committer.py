import logging
import threading

import pytest

from dunnage.errors import StoreError
from dunnage.store.committer import Committer


def test_it_writes_some_time_after_it_was_woken() -> None:
    written = threading.Event()
    committer = Committer([written.set])
    assert not written.is_set()
    committer.wake()
    committer.wake()
    assert written.wait(60)
    committer.close()


def test_closing_writes_what_waits() -> None:
    calls: list[str] = []
    committer = Committer([lambda: calls.append("a"), lambda: calls.append("b")])
    committer.close()
    assert calls == ["a", "b"]


def test_one_that_fails_is_logged_once_and_keeps_nobody(caplog: pytest.LogCaptureFixture) -> None:
    calls: list[str] = []

    def fails() -> None:
        raise StoreError("The disk is full.")

    committer = Committer([fails, lambda: calls.append("b")])
    with caplog.at_level(logging.WARNING, logger="dunnage.store"):
        committer.flush()
        committer.flush()
    committer.close()
    assert len(calls) == 3
    assert [record.getMessage() for record in caplog.records] == ["cannot be written now: The disk is full."]


def test_an_error_of_ours_does_not_end_the_thread(caplog: pytest.LogCaptureFixture) -> None:
    again = threading.Event()
    first = threading.Event()

    def broken() -> None:
        if first.is_set():
            again.set()
            return
        first.set()
        raise RuntimeError("a bug")

    committer = Committer([broken])
    committer.wake()
    assert first.wait(60)
    committer.wake()
    assert again.wait(60)
    committer.close()
    assert "the committer goes on" in caplog.text
