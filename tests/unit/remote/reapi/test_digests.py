"""What our blobs are called elsewhere: what is sure, what is likely, and how much is kept."""

from dunnage.remote.action_result import FileDigest, OutputFile
from dunnage.remote.reapi.digests import Digests
from dunnage.remote.reapi.messages import CasDigest
from support.remotes.things import name_of

BLOB = name_of(b"blob")
THERE = CasDigest("ab" * 32, 4)
OTHER = CasDigest("cd" * 32, 4)


def file_of(there: CasDigest) -> OutputFile:
    return OutputFile(BLOB.digest.hex(), FileDigest(there.hash, there.size_bytes))


def test_what_we_read_ourselves_is_sure() -> None:
    digests = Digests()
    assert digests.sure(BLOB) is digests.likely(BLOB) is None
    digests.saw(BLOB, THERE)
    assert digests.sure(BLOB) == digests.likely(BLOB) == THERE


def test_what_a_record_says_is_likely_only() -> None:
    digests = Digests()
    digests.learn([file_of(OTHER)])
    assert digests.sure(BLOB) is None
    assert digests.likely(BLOB) == OTHER
    digests.saw(BLOB, THERE)
    digests.learn([file_of(OTHER)])
    assert digests.likely(BLOB) == THERE


def test_another_size_is_another_blob() -> None:
    digests = Digests()
    digests.learn([OutputFile(BLOB.digest.hex(), FileDigest("ab" * 32, 5))])
    assert digests.likely(BLOB) is None


def test_names_that_are_none_of_ours() -> None:
    digests = Digests()
    digests.learn(
        [
            OutputFile("../etc/passwd", FileDigest("ab" * 32, 4)),
            OutputFile("z" * 64, FileDigest("ab" * 32, 4)),
            OutputFile(BLOB.digest.hex(), FileDigest("ab" * 20, 4)),
        ]
    )
    assert digests.likely(BLOB) is None


def test_the_oldest_are_forgotten_and_what_is_used_is_kept() -> None:
    digests = Digests(most=40)
    digests.saw(BLOB, THERE)
    for number in range(1000):
        digests.saw(name_of(b"%d" % number), OTHER)
        if number % 5 == 0:
            assert digests.sure(BLOB) == THERE
    assert digests.sure(name_of(b"0")) is None
    assert digests.sure(name_of(b"999")) == CasDigest(OTHER.hash, 3)
    assert len(digests._seen._young) + len(digests._seen._old) <= 20
