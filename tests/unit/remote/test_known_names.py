"""What blobs are called elsewhere: what was seen is trusted, what was heard is good enough to ask."""

import pytest

from dunnage.model.digest import Digest
from dunnage.remote.action_result import FileDigest, OutputFile
from dunnage.remote.known_names import KnownNames, is_hash

ONE, TWO, THREE = (Digest(bytes([number]) * 32) for number in (1, 2, 3))
RIGHT, WRONG, NEWER = (bytes([number]) * 32 for number in (4, 5, 6))


def said(digest: Digest, name: bytes) -> list[OutputFile]:
    """What a record says of a blob."""
    return [OutputFile(digest.hex(), FileDigest(name.hex(), 10))]


def test_nothing_is_known_at_first() -> None:
    assert KnownNames().likely(ONE) is None
    assert KnownNames().sure(ONE) is None


def test_what_was_heard_is_likely_only() -> None:
    names = KnownNames()
    names.heard(said(ONE, WRONG) + said(TWO, RIGHT))
    names.heard(said(ONE, NEWER))
    assert names.likely(ONE) == NEWER
    assert names.sure(ONE) is None


def test_what_was_seen_stays() -> None:
    names = KnownNames()
    names.heard(said(ONE, WRONG))
    names.saw(ONE, RIGHT)
    names.heard(said(ONE, WRONG))
    assert names.likely(ONE) == names.sure(ONE) == RIGHT


def test_what_is_no_name_is_left_out() -> None:
    names = KnownNames()
    names.heard([OutputFile("../x", FileDigest(RIGHT.hex(), 1)), OutputFile(ONE.hex(), FileDigest("x", 1))])
    assert names.likely(ONE) is None
    assert is_hash(RIGHT.hex())
    assert not is_hash(RIGHT.hex().upper().replace("0", "A") + "\n")


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
