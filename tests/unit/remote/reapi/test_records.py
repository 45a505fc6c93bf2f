"""Records as action results: strict servers take them, and what they make of them is read again."""

from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from dunnage.errors import RemoteDamaged, RemoteError, RemoteFull, RemoteRefused, RemoteUnavailable
from dunnage.remote import limits
from dunnage.remote.contract import Record, RecordName
from dunnage.remote.reapi.records import action_of
from support.remotes.reapi_parts import Parts, parts
from support.remotes.reapi_protos import CLASSES, made
from support.remotes.reapi_server import BLAKE3, Knobs, Trouble
from support.remotes.things import name, name_of

BLOB = name_of(b"blob")


@pytest.fixture(params=["strict", "moves", "blake3"])
def remote(request: pytest.FixtureRequest) -> Iterator[Parts]:
    knobs = {
        "strict": Knobs("team/one", strict=True),
        "moves": Knobs(strict=True, moves_bodies=True),
        "blake3": Knobs(strict=True, digest_functions=(BLAKE3,)),
    }[request.param]
    with parts(knobs) as found:
        yield found


@pytest.fixture
def plain() -> Iterator[Parts]:
    with parts() as found:
        yield found


def put(remote: Parts, *records: Record) -> None:
    remote.records.put(records, remote.can)


def got(remote: Parts, *names: RecordName) -> dict[RecordName, bytes]:
    return remote.records.get(names, remote.can)


@pytest.mark.parametrize("size", [0, 1, 262_144, 262_145, 4_194_304])
def test_a_record_of_any_size(remote: Parts, size: int) -> None:
    wanted = name()
    put(remote, Record(wanted, b"x" * size))
    assert got(remote, wanted) == {wanted: b"x" * size}
    assert remote.server.seen.largest <= limits.REAPI_MESSAGE_BYTES_MAX


def test_the_action_is_there_before_its_result(plain: Parts) -> None:
    wanted = name("unit")
    put(plain, Record(wanted, b"body"))
    kept = plain.server.blobs.kept
    action = CLASSES["Action"].FromString(kept[plain.can.digest(action_of(wanted, plain.can)).hash])
    assert action.salt == b"dunnage record 1\0unit\0" + wanted.key
    assert list(CLASSES["Command"].FromString(kept[action.command_digest.hash]).arguments) == ["dunnage"]
    assert action.input_root_digest.hash == plain.can.digest(b"").hash


def test_kinds_and_keys_are_actions_of_their_own(plain: Parts) -> None:
    unit, action = RecordName("unit", b"k" * 32), RecordName("action", b"k" * 32)
    put(plain, Record(unit, b"of the unit"), Record(action, b"of the action"))
    assert got(plain, unit, action) == {unit: b"of the unit", action: b"of the action"}


def test_of_two_of_one_name_the_later_one_counts(plain: Parts) -> None:
    wanted = name()
    put(plain, Record(wanted, b"first"), Record(wanted, b"second"))
    assert got(plain, wanted, wanted) == {wanted: b"second"}
    assert plain.server.seen.calls["UpdateActionResult"] == 1


def test_what_is_not_there_is_left_out(plain: Parts) -> None:
    assert got(plain, name(), name()) == {}


def test_blobs_are_named_by_both_digests(remote: Parts) -> None:
    there = remote.can.digest(b"blob")
    remote.server.blobs.put(b"blob")
    remote.names.saw(BLOB, there, remote.can)
    wanted = name()
    put(remote, Record(wanted, b"body", (BLOB, name_of(b""), BLOB)))
    (result,) = remote.server.actions.kept.values()
    (file,) = result.output_files
    assert (file.path, file.digest.hash, file.digest.size_bytes) == (BLOB.digest.hex(), there.hash, 4)


def test_a_reader_learns_what_blobs_are_called(plain: Parts) -> None:
    digest = made("Digest", hash="ab" * 32, size_bytes=4)
    file = made("OutputFile", path=BLOB.digest.hex(), digest=digest)
    plain.server.instead["GetActionResult"] = lambda request: made(
        "ActionResult", output_files=[file], stdout_raw=b"x"
    )
    assert plain.names.likely(BLOB, plain.can) is None
    wanted = name()
    assert got(plain, wanted) == {wanted: b"x"}
    likely = plain.names.likely(BLOB, plain.can)
    assert likely is not None
    assert likely.hash == "ab" * 32


def test_a_blob_that_nobody_could_find_is_not_named(plain: Parts) -> None:
    put(plain, Record(name(), b"body", (BLOB,)))
    (result,) = plain.server.actions.kept.values()
    assert not result.output_files


def test_a_result_with_holes_is_not_there(remote: Parts) -> None:
    """What a strict server says of a record whose blob went meanwhile."""
    remote.server.blobs.put(b"blob")
    remote.names.saw(BLOB, remote.can.digest(b"blob"), remote.can)
    wanted = name()
    put(remote, Record(wanted, b"body", (BLOB,)))
    assert got(remote, wanted)
    del remote.server.blobs.kept[remote.can.digest(b"blob").hash]
    assert got(remote, wanted) == {}
    with pytest.raises(RemoteUnavailable, match="no such output"):
        put(remote, Record(wanted, b"body", (BLOB,)))


def test_a_body_that_is_gone_is_no_record(plain: Parts) -> None:
    wanted, other = name(), name()
    put(plain, Record(wanted, bytes(300_000)), Record(other, b"small"))
    del plain.server.blobs.kept[plain.can.digest(bytes(300_000)).hash]
    assert got(plain, wanted, other) == {other: b"small"}


# --- trouble and lies -----------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GetActionResult", "UpdateActionResult", "BatchUpdateBlobs"])
@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNAUTHENTICATED])
def test_trouble(plain: Parts, method: str, code: grpc.StatusCode) -> None:
    plain.server.trouble[method] = Trouble(code)
    with pytest.raises(RemoteUnavailable if code is grpc.StatusCode.UNAVAILABLE else RemoteRefused):
        _ = got(plain, name()) if method == "GetActionResult" else put(plain, Record(name(), b"x"))


def test_no_room(plain: Parts) -> None:
    plain.server.trouble["UpdateActionResult"] = Trouble(
        grpc.StatusCode.RESOURCE_EXHAUSTED, "the disk is full"
    )
    with pytest.raises(RemoteFull, match="the disk is full"):
        put(plain, Record(name(), b"x"))


def test_no_more_than_eight_are_asked_for_at_once_and_trouble_ends_it(plain: Parts) -> None:
    plain.server.trouble["GetActionResult"] = Trouble(grpc.StatusCode.UNAVAILABLE)
    with pytest.raises(RemoteError):
        got(plain, *(name() for _ in range(300)))
    assert plain.server.seen.calls["GetActionResult"] < 50


@pytest.mark.parametrize(
    "answer",
    [
        b"\xff" * 30,
        b"<html>",
        made("ActionResult", stdout_digest=made("Digest", hash="ab" * 32, size_bytes=2**40)),
        made("ActionResult", stdout_digest=made("Digest", hash="ab" * 20, size_bytes=5)),
        made("ActionResult", stdout_digest=made("Digest", hash="no hash", size_bytes=5)),
        made("ActionResult", output_files=[made("OutputFile", path="x")]),
        made("ActionResult", stdout_raw=bytes(limits.REMOTE_RECORD_BYTES_MAX + 1)),
    ],
    ids=[
        "nonsense",
        "html",
        "a huge body",
        "a short hash",
        "no hash",
        "a file without digest",
        "a large body",
    ],
)
def test_a_result_that_is_none_of_ours(plain: Parts, answer: Any) -> None:
    plain.server.instead["GetActionResult"] = lambda request: answer
    with pytest.raises(RemoteDamaged):
        got(plain, name())


def test_a_body_that_is_too_large(plain: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REMOTE_RECORD_BYTES_MAX", 10)
    plain.server.instead["GetActionResult"] = lambda request: made("ActionResult", stdout_raw=bytes(11))
    with pytest.raises(RemoteDamaged, match="too large"):
        got(plain, name())


def test_an_empty_body_that_was_moved(plain: Parts) -> None:
    wanted = name()
    digest = made("Digest", hash=plain.can.digest(b"").hash, size_bytes=0)
    plain.server.instead["GetActionResult"] = lambda request: made("ActionResult", stdout_digest=digest)
    assert got(plain, wanted) == {wanted: b""}
