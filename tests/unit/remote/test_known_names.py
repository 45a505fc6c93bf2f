"""What blobs are called elsewhere: what was seen is trusted, what was heard is good enough to ask."""

import pytest

from dunnage.model.digest import Digest
from dunnage.remote.known_names import KnownNames

ONE, TWO, THREE = (Digest(bytes([number]) * 32) for number in (1, 2, 3))


def test_nothing_is_known_at_first() -> None:
    assert KnownNames().likely(ONE) is None
    assert KnownNames().sure(ONE) is None


def test_what_was_heard_is_likely_only() -> None:
    names = KnownNames()
    names.heard(ONE, b"wrong")
    names.heard(ONE, b"newer")
    assert names.likely(ONE) == b"newer"
    assert names.sure(ONE) is None


def test_what_was_seen_stays() -> None:
    names = KnownNames()
    names.heard(ONE, b"wrong")
    names.saw(ONE, b"right")
    names.heard(ONE, b"wrong again")
    assert names.likely(ONE) == names.sure(ONE) == b"right"


def test_the_longest_unused_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dunnage.remote.limits.REMOTE_NAMES_REMEMBERED_MAX", 2)
    names = KnownNames()
    names.saw(ONE, b"1")
    names.saw(TWO, b"2")
    assert names.likely(ONE) == b"1"
    names.saw(THREE, b"3")
    assert names.sure(TWO) is None
    assert names.sure(ONE) == b"1"
    assert names.sure(THREE) == b"3"
