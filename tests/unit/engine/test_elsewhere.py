"""What one machine compiled, another fetches; and what becomes of a build when the remote is not what it should be."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dunnage.engine.shared_records import decode_action, encode_action
from dunnage.errors import RemoteBusy, RemoteRefused, RemoteUnavailable, StoreFull
from dunnage.model.outcome import REASONS, Result
from dunnage.remote import limits
from dunnage.remote.contract import BlobName
from dunnage.remote.sealing import by_secret, checked
from dunnage.store.incoming import Incoming
from dunnage.store.store import Store
from support.crates import Crate, crate
from support.remotes.machines import WAIT_S, Troubled, machine
from support.stores import digest_of


def how(result: Result) -> str:
    assert (result.outcome, result.reason) in REASONS
    return f"{result.outcome} {result.reason}"


@pytest.fixture
def remote() -> Troubled:
    return Troubled()


@pytest.fixture
def made(tmp_path: Path) -> Crate:
    return crate(tmp_path / "a", "pub mod m;\npub fn one() -> u32 { m::TWO / 2 }\n")


@pytest.fixture
def filled(tmp_path: Path, remote: Troubled, made: Crate) -> Iterator[dict[str, bytes]]:
    """What a first machine made and sent."""
    made.write("src/m.rs", "pub const TWO: u32 = 2;\n")
    with machine(tmp_path / "first", remote) as first:
        assert how(first.compile(made)) == "miss new"
        assert first.sent() | {"sent": 1, "waiting": 0, "not_sent": {}} == first.sent()
    outputs = made.outputs()
    made.wipe()
    remote.asked.clear()
    return outputs


def test_a_second_machine_hits(
    tmp_path: Path, remote: Troubled, made: Crate, filled: dict[str, bytes]
) -> None:
    with machine(tmp_path / "second", remote, writes=False) as second:
        result = second.compile(made)
        assert how(result) == "hit remote"
        assert result.saved_us >= 0
        assert made.outputs() == filled
        assert remote.asked == ["get_records", "get_records", "get_blobs"]
        document = second.engine.remotes.documents()[0]
        assert document["fetched"] == 1
        assert document["fetched_bytes"] == sum(
            len(data) for name, data in filled.items() if not name.endswith(".d")
        )
        made.wipe()
        remote.asked.clear()
        assert how(second.compile(made)) == "hit local"
        assert remote.asked == []


def test_a_hit_at_home_asks_nobody(tmp_path: Path, remote: Troubled, made: Crate, filled: object) -> None:
    del filled
    with machine(tmp_path / "first", remote) as first:
        assert how(first.compile(made)) == "hit local"
        assert remote.asked == []


def test_another_source_is_not_mistaken(
    tmp_path: Path, remote: Troubled, made: Crate, filled: object
) -> None:
    del filled
    made.write("src/m.rs", "pub const TWO: u32 = 4;\n")
    with machine(tmp_path / "second", remote) as second:
        assert how(second.compile(made)) == "miss new"
        made.wipe()
        assert second.sent()["sent"] == 1
    made.write("src/m.rs", "pub const TWO: u32 = 2;\n")
    with machine(tmp_path / "third", remote) as third:  # both are there now
        assert how(third.compile(made)) == "hit remote"
        made.wipe()
        made.write("src/m.rs", "pub const TWO: u32 = 4;\n")
        assert how(third.compile(made)) == "hit remote"


def test_a_result_of_another_place_is_not_taken(tmp_path: Path, remote: Troubled, filled: object) -> None:
    del filled
    there = crate(tmp_path / "b", "pub mod m;\npub fn one() -> u32 { m::TWO / 2 }\n")
    there.write("src/m.rs", "pub const TWO: u32 = 2;\n")
    with machine(tmp_path / "second", remote) as second:
        assert how(second.compile(there)) == "miss new"  # what it has is bound to the other place
        assert second.sent()["sent"] == 1
    there.wipe()
    with machine(tmp_path / "third", remote) as third:
        assert how(third.compile(there)) == "hit remote"


@pytest.mark.parametrize("error", [ValueError, OSError, RecursionError])
def test_trouble_of_a_library_is_a_miss(
    tmp_path: Path, remote: Troubled, made: Crate, filled: dict[str, bytes], error: type[Exception]
) -> None:
    remote.failing = lambda: error("Odd.")
    with machine(tmp_path / "second", remote, writes=False) as second:
        assert how(second.compile(made)) == "miss new"
        assert made.outputs() == filled
        assert second.engine.remotes.documents()[0]["not_fetched"] == {"internal": 1}


def test_no_room_for_a_blob_on_its_way_is_a_miss(
    tmp_path: Path, remote: Troubled, made: Crate, filled: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(store: Store) -> Incoming:
        raise StoreFull("There is no room.")

    with machine(tmp_path / "second", remote, writes=False) as second:
        monkeypatch.setattr(Store, "receive", full)
        assert how(second.compile(made)) == "miss store-failed"
        assert made.outputs() == filled


def test_what_is_not_a_blob_leaves_nothing_in_the_store(
    tmp_path: Path, remote: Troubled, made: Crate, filled: dict[str, bytes]
) -> None:
    remote.lie = lambda _, data: data[:-1] + b"?"
    with machine(tmp_path / "second", remote, writes=False) as second:
        directory = Path(second.store.directory) / "v1"
        assert how(second.compile(made)) == "miss remote-failed"
        wrong = {digest_of(data[:-1] + b"?").hex() for data in remote.blobs.values()}
        there = [path for path in directory.rglob("*") if path.is_file()]
        assert {path.name for path in there}.isdisjoint(wrong)
        assert [path.name for path in there if path.is_relative_to(directory / "tmp")] == ["owner"]


@pytest.mark.parametrize("error", [RemoteUnavailable, RemoteRefused, RemoteBusy])
def test_one_that_fails_is_a_miss(
    tmp_path: Path, remote: Troubled, made: Crate, filled: dict[str, bytes], error: type[RemoteUnavailable]
) -> None:
    remote.failing = lambda: error("It does not want to.")
    with machine(tmp_path / "second", remote, writes=False) as second:
        assert how(second.compile(made)) == "miss new"
        assert made.outputs() == filled
        document = second.engine.remotes.documents()[0]
        assert sum(document["not_fetched"].values()) == 1
        assert document["trouble"] == "It does not want to."


def test_one_that_stands_still_is_waited_for_two_seconds_in_all(
    tmp_path: Path, remote: Troubled, made: Crate, filled: dict[str, bytes]
) -> None:
    remote.moving.clear()
    try:
        with machine(tmp_path / "second", remote, writes=False) as second:
            assert how(second.compile(made)) == "miss new"
            assert made.outputs() == filled
            assert second.tiers[0].remote.patience_s == 0
            made.write("src/m.rs", "pub const TWO: u32 = 6;\n")
            made.wipe()
            asked = len(remote.asked)
            assert how(second.compile(made)) == "miss inputs-changed"
            assert len(remote.asked) == asked
    finally:
        remote.moving.set()


def quick(remote: Troubled) -> None:
    """As if everything that it has were compiled in no time."""
    for name, record in remote.records.items():
        if name.kind == "action":
            body = checked("").open(name, record)
            results = [replace(result, compile_us=1) for result in decode_action(body)]
            remote.records[name] = checked("").close(name, encode_action(results))


def held(remote: Troubled) -> threading.Event:
    """Blobs do not arrive until this is set."""
    arrives = threading.Event()

    def slowly(_: BlobName, data: bytes) -> bytes:
        assert arrives.wait(WAIT_S)
        return data

    remote.lie = slowly
    return arrives


def test_what_comes_too_late_is_a_miss(
    tmp_path: Path, remote: Troubled, made: Crate, filled: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REMOTE_WAIT_S_MIN", 0.0)
    quick(remote)
    arrives = held(remote)
    with machine(tmp_path / "second", remote, writes=False) as second:
        assert how(second.compile(made)) == "miss remote-late"
        assert made.outputs() == filled
        assert second.engine.remotes.documents()[0]["not_fetched"] == {"late": 1}
        arrives.set()


def test_one_whose_blobs_are_always_late_is_not_waited_for_by_all(
    tmp_path: Path, remote: Troubled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REMOTE_WAIT_S_MIN", limits.REMOTE_VAIN_S_MAX / 2)
    crates = [crate(tmp_path / name, f"pub fn {name}() {{}}\n") for name in ("a", "b", "c", "d")]
    with machine(tmp_path / "first", remote) as first:
        for made in crates:
            first.compile(made)
            made.wipe()
    quick(remote)
    remote.asked.clear()
    arrives = held(remote)
    with machine(tmp_path / "second", remote, writes=False) as second:
        found = [how(second.compile(made)) for made in crates]
        arrives.set()
        assert [each == "miss remote-late" for each in found] == [True, True, False, False]
        document = second.engine.remotes.documents()[0]
        assert document["not_fetched"] == {"late": 2}
        assert remote.asked.count("get_blobs") == 2


def test_a_lying_one_is_a_miss(
    tmp_path: Path, remote: Troubled, made: Crate, filled: dict[str, bytes]
) -> None:
    remote.lie = lambda _, data: bytes(len(data))
    with machine(tmp_path / "second", remote, writes=False) as second:
        assert how(second.compile(made)) == "miss remote-failed"
        assert made.outputs() == filled
        assert second.engine.remotes.documents()[0]["not_fetched"] == {"damaged": 1}


def test_blobs_that_are_damaged_are_sent_again(
    tmp_path: Path, remote: Troubled, made: Crate, filled: dict[str, bytes]
) -> None:
    """All of a result: the first that is damaged ends the request, and nobody knows of the others."""
    remote.blobs.update((blob, bytes(blob.size)) for blob in list(remote.blobs))
    with machine(tmp_path / "second", remote) as second:
        assert how(second.compile(made)) == "miss remote-failed"
        assert second.sent()["sent"] == 1
    made.wipe()
    with machine(tmp_path / "third", remote, writes=False) as third:
        assert how(third.compile(made)) == "hit remote"
        assert made.outputs() == filled


def test_blobs_that_are_gone_are_a_miss(
    tmp_path: Path, remote: Troubled, made: Crate, filled: dict[str, bytes]
) -> None:
    remote.blobs.clear()
    with machine(tmp_path / "second", remote) as second:
        assert how(second.compile(made)) == "miss remote-failed"
        assert made.outputs() == filled
        sent = second.sent()
        assert sent["sent"] == 1  # and is whole again
        assert sent["not_fetched"] == {"evicted": 1}
    made.wipe()
    with machine(tmp_path / "third", remote) as third:
        assert how(third.compile(made)) == "hit remote"


@pytest.mark.parametrize("what", ["kind", "listed", "record", "size"])
def test_a_record_that_asks_for_something_else_is_a_miss(
    tmp_path: Path, remote: Troubled, made: Crate, filled: dict[str, bytes], what: str
) -> None:
    for name, record in remote.records.items():
        if name.kind != "action":
            continue
        if what == "record":
            remote.records[name] = checked("").close(name, b"\xff" * 100)
            continue
        (result,) = decode_action(checked("").open(name, record))
        first = result.outputs[0]
        odd = {
            "kind": (replace(first, kind="other"), *result.outputs[1:]),
            "listed": (*result.outputs, replace(first, kind="listed ../../evil")),
            "size": (replace(first, size=limits.REMOTE_BLOB_BYTES_MAX + 1), *result.outputs[1:]),
        }[what]
        remote.records[name] = checked("").close(name, encode_action([replace(result, outputs=odd)]))
    with machine(tmp_path / "second", remote, writes=False) as second:
        assert how(second.compile(made)) == "miss new"
        assert made.outputs() == filled
        assert second.engine.remotes.documents()[0]["not_fetched"] == {"damaged": 1}
    assert not (tmp_path / "evil").exists()


def test_records_of_others_are_not_trusted(
    tmp_path: Path, remote: Troubled, made: Crate, filled: dict[str, bytes]
) -> None:
    with machine(
        tmp_path / "second", remote, writes=False, seal=by_secret("", b"a secret of ours")
    ) as second:
        assert how(second.compile(made)) == "miss new"
        assert made.outputs() == filled
        assert second.engine.remotes.documents()[0]["not_fetched"] == {"untrusted": 1}


def test_a_result_is_counted_once(
    tmp_path: Path, remote: Troubled, made: Crate, filled: dict[str, bytes]
) -> None:
    """Whatever it is asked for, and although what was sent joins what is there."""
    seal = by_secret("", b"a secret of ours")
    with machine(tmp_path / "second", remote, seal=seal) as second:
        assert how(second.compile(made)) == "miss new"
        sent = second.sent()
        assert (sent["sent"], sent["not_fetched"]) == (1, {"untrusted": 1})
    made.wipe()
    with machine(tmp_path / "third", remote, seal=seal) as third:
        assert how(third.compile(made)) == "hit remote"
        assert third.sent()["not_fetched"] == {}
        assert made.outputs() == filled


def test_trust_domains_do_not_see_each_other(
    tmp_path: Path, remote: Troubled, made: Crate, filled: dict[str, bytes]
) -> None:
    before = dict(remote.records)
    with machine(tmp_path / "fork", remote, domain="forks") as fork:
        assert how(fork.compile(made)) == "miss new"
        assert fork.sent()["sent"] == 1
    assert before.items() <= remote.records.items()
    made.wipe()
    with machine(tmp_path / "other", remote, domain="forks") as other:
        assert how(other.compile(made)) == "hit remote"
        assert made.outputs() == filled


def test_the_next_one_is_asked_where_the_first_has_nothing(
    tmp_path: Path, remote: Troubled, made: Crate, filled: dict[str, bytes]
) -> None:
    empty = Troubled()
    with machine(tmp_path / "second", empty, remote) as second:
        assert how(second.compile(made)) == "hit remote"
        assert made.outputs() == filled
        assert empty.asked == ["get_records"]


def test_equal_misses_fetch_once(
    tmp_path: Path, remote: Troubled, made: Crate, filled: dict[str, bytes]
) -> None:
    results = []
    with machine(tmp_path / "second", remote, writes=False) as second:
        threads = [threading.Thread(target=lambda: results.append(second.compile(made))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(set(map(how, results))) in (
        ["hit remote"],
        ["hit remote", "hit shared"],
        ["hit local", "hit remote", "hit shared"],
        ["hit local", "hit remote"],
    )
    assert remote.asked.count("get_blobs") == 1
    assert made.outputs() == filled
