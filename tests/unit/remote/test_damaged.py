"""Damaged blobs are remembered, the last ones."""

import pytest

from dunnage.remote.damaged import Damaged
from support.remotes.things import name_of


def test_the_last_ones_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dunnage.remote.limits.REMOTE_DAMAGED_REMEMBERED_MAX", 2)
    damaged = Damaged()
    one, two, three = (name_of(data) for data in (b"1", b"2", b"3"))
    for blob in (one, two, two, three):
        damaged.note(blob)
    assert [blob in damaged for blob in (one, two, three)] == [False, True, True]
    damaged.forget(two)
    damaged.forget(one)
    assert [blob in damaged for blob in (one, two, three)] == [False, False, True]
