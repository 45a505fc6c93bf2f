"""What our blobs are called there: what is sure, what is likely, and what is no name."""

from dunnage.remote.action_result import FileDigest, OutputFile
from dunnage.remote.reapi.capabilities import Capabilities
from dunnage.remote.reapi.messages import BLAKE3, CasDigest
from dunnage.remote.reapi.names import Names
from support.remotes.things import name_of

BLOB = name_of(b"blob")
THERE, OTHER = CasDigest("ab" * 32, 4), CasDigest("cd" * 32, 4)
SHA, BLAKE = Capabilities(), Capabilities(BLAKE3)


def file_of(path: str, there: str) -> OutputFile:
    return OutputFile(path, FileDigest(there, 4))


def test_what_we_read_ourselves_is_sure() -> None:
    names = Names()
    assert names.sure(BLOB, SHA) is names.likely(BLOB, SHA) is None
    names.saw(BLOB, THERE, SHA)
    assert names.sure(BLOB, SHA) == names.likely(BLOB, SHA) == THERE


def test_what_a_record_says_is_likely_only() -> None:
    names = Names()
    names.heard([file_of(BLOB.digest.hex(), OTHER.hash)], SHA)
    assert names.sure(BLOB, SHA) is None
    assert names.likely(BLOB, SHA) == OTHER
    names.saw(BLOB, THERE, SHA)
    names.heard([file_of(BLOB.digest.hex(), OTHER.hash)], SHA)
    assert names.likely(BLOB, SHA) == names.sure(BLOB, SHA) == THERE


def test_with_blake3_they_are_called_as_here() -> None:
    names = Names()
    names.saw(BLOB, THERE, BLAKE)
    names.heard([file_of(BLOB.digest.hex(), OTHER.hash)], BLAKE)
    assert names.sure(BLOB, BLAKE) == names.likely(BLOB, BLAKE) == CasDigest(BLOB.digest.hex(), 4)
    assert names.likely(BLOB, SHA) is None


def test_what_is_no_name() -> None:
    names = Names()
    ours = BLOB.digest.hex()
    names.heard(
        [file_of("../etc/passwd", THERE.hash), file_of("z" * 64, THERE.hash), file_of(ours, "ab" * 20)], SHA
    )
    names.heard([file_of(ours.upper(), THERE.hash), file_of(ours + "\n", THERE.hash)], SHA)
    assert names.likely(BLOB, SHA) is None
