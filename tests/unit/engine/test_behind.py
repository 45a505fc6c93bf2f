"""What is sent behind the build's back, and what is said where it cannot be."""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dunnage.engine.behind import Behind, Waiting
from dunnage.engine.shared_records import decode_action, decode_unit
from dunnage.engine.tiers import Tier
from dunnage.errors import RemoteBusy, RemoteError, RemoteFull, RemoteRefused, RemoteUnavailable
from dunnage.model.action import ActionResult
from dunnage.remote import limits
from dunnage.remote.contract import Traits
from dunnage.remote.guard import Guard
from dunnage.remote.sealing import checked
from dunnage.store.store import Store
from support.remotes.machines import WAIT_S, Troubled
from support.stores import action_key, add, opened, paths_of, unit_key


class Scene:
    """A store, a remote, and what sends from one to the other."""

    def __init__(self, store: Store, remote: Troubled) -> None:
        self.store, self.remote = store, remote
        self.tier = Tier(Guard("memory", remote, pause=lambda _: None), checked(""), writes=True)
        self.behind = Behind(store, self.tier)

    def add(self, name: object, data: bytes = b"", paths: object = None) -> Waiting:
        """Store a result, and have it sent."""
        item = stored(self.store, name, data or f"blob of {name}".encode(), paths)
        self.behind.add(item)
        return item

    def drained(self, wait_s: float = WAIT_S) -> dict[str, Any]:
        """What was counted in the end."""
        self.behind.drain(wait_s)
        return self.tier.document(self.behind.waiting)

    def results(self, name: object) -> list[ActionResult]:
        """What the remote has of an action."""
        record = self.tier.record("action", action_key(name))
        return decode_action(self.tier.seal.open(record, self.remote.records[record]))


def stored(store: Store, name: object, data: bytes, paths: object = None) -> Waiting:
    result = add(store, name, [data])
    return Waiting(unit_key(name), paths_of(name if paths is None else paths), action_key(name), result)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "store") as store:
        yield store


@pytest.fixture
def scene(store: Store) -> Iterator[Scene]:
    made = Scene(store, Troubled())
    yield made
    made.remote.moving.set()
    made.behind.drain(WAIT_S)


def test_everything_arrives(scene: Scene) -> None:
    items = [scene.add(number) for number in range(limits.REMOTE_BATCH_MAX * 2 + 1)]
    document = scene.drained()
    assert (document["sent"], document["waiting"], document["not_sent"]) == (len(items), 0, {})
    assert document["sent_bytes"] == sum(blob.size for item in items for blob in item.blobs)
    for number, item in enumerate(items):
        assert scene.results(number) == [item.result]
        unit = scene.tier.record("unit", item.unit)
        assert decode_unit(scene.tier.seal.open(unit, scene.remote.records[unit])) == [item.paths]
        assert {blob: scene.remote.blobs[blob] for blob in item.blobs}
    assert scene.remote.asked[-1] == "flush"


def test_blobs_come_before_records(scene: Scene) -> None:
    scene.add(1)
    scene.drained()
    assert scene.remote.asked == ["missing", "put_blobs", "get_records", "put_records", "flush"]


def test_what_is_there_is_joined(scene: Scene, store: Store) -> None:
    first = scene.add(1)
    scene.drained()
    other = Scene(store, scene.remote)
    again = replace(
        first, result=replace(first.result, bound=(("root:a", "/elsewhere"),)), paths=paths_of("other")
    )
    other.behind.add(again)
    other.drained()
    assert scene.results(1) == [again.result, first.result]
    unit = scene.tier.record("unit", first.unit)
    assert decode_unit(scene.tier.seal.open(unit, scene.remote.records[unit])) == [again.paths, first.paths]


def test_what_cannot_be_changed_is_not_read(store: Store) -> None:
    scene = Scene(store, Troubled(Traits(immutable=True)))
    scene.add(1)
    assert scene.drained()["sent"] == 1
    assert "get_records" not in scene.remote.asked


def test_a_damaged_record_is_written_anew(scene: Scene) -> None:
    record = scene.tier.record("action", action_key(1))
    scene.remote.records[record] = scene.tier.seal.close(record, b"rubbish")
    item = scene.add(1)
    scene.drained()
    assert scene.results(1) == [item.result]


def test_one_that_the_remote_cannot_read_is_written_anew(scene: Scene) -> None:
    """A backend says of a frame that was cut that it is damaged, whatever else was asked for with it."""
    record = scene.tier.record("action", action_key(1))
    scene.remote.unreadable.add(record)
    items = [scene.add(number) for number in range(3)]
    document = scene.drained()
    assert (document["sent"], document["not_sent"], document["not_fetched"]) == (3, {}, {})
    assert [scene.results(number) for number in range(3)] == [[item.result] for item in items]


def test_what_is_there_is_not_sent_again(scene: Scene) -> None:
    scene.add(1, b"the same")
    scene.add(2, b"the same")
    assert scene.drained()["sent_bytes"] == len(b"the same")


@pytest.mark.parametrize(
    ("error", "why"), [(RemoteRefused, "refused"), (RemoteFull, "full"), (RemoteError, "failed")]
)
def test_what_is_not_taken_is_counted(scene: Scene, error: type[RemoteError], why: str) -> None:
    scene.remote.failing = lambda: error("No.")
    for number in range(3):
        scene.add(number)
    document = scene.drained()
    assert (document["sent"], document["not_sent"][why]) == (0, 3)


def fails_until(scene: Scene, error: Callable[[], Exception], times: int) -> None:
    left = [times]

    def failing() -> Exception:
        left[0] -= 1
        if not left[0]:
            scene.remote.failing = None
        return error()

    scene.remote.failing = failing


def test_what_is_unavailable_for_a_while_arrives(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REMOTE_DRAIN_PAUSE_S", 0)
    fails_until(scene, lambda: RemoteUnavailable("Away."), limits.REMOTE_TRIES_MAX * 2)
    scene.behind.hurry()
    scene.add(1)
    assert scene.drained() | {"sent": 1, "not_sent": {}, "waiting": 0} == scene.drained()


def test_who_is_busy_gets_it_later(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REMOTE_DRAIN_PAUSE_S", 0)
    fails_until(scene, lambda: RemoteBusy("Too much.", retry_after_s=0), 1)
    scene.behind.hurry()
    scene.add(1)
    assert scene.drained()["sent"] == 1


def test_what_stays_away_is_given_up_and_counted(scene: Scene) -> None:
    scene.remote.failing = lambda: RemoteUnavailable("Away.")
    for number in range(5):
        scene.add(number)
    document = scene.drained(0.1)
    assert (document["sent"], document["not_sent"], document["waiting"]) == (0, {"unavailable": 5}, 0)


def test_one_that_stands_still_holds_nobody_up(scene: Scene) -> None:
    scene.remote.moving.clear()
    scene.add(1)
    document = scene.drained(0.1)
    assert (document["sent"], document["not_sent"]) == (0, {"unavailable": 1})


def test_a_flush_that_fails_takes_everything_back(scene: Scene) -> None:
    scene.add(1)
    while scene.remote.asked[-1:] != ["put_records"]:
        threading.Event().wait(0.001)
    scene.remote.failing = lambda: RemoteFull("No room.")
    document = scene.drained()
    assert (document["sent"], document["not_sent"]) == (0, {"full": 1})


def test_a_blob_that_was_trimmed_is_counted(scene: Scene, store: Store) -> None:
    scene.remote.moving.clear()
    scene.add("first")
    while not scene.remote.asked:
        threading.Event().wait(0.001)
    gone = scene.add("gone")
    kept = scene.add("kept")
    (blob,) = gone.blobs
    (path,) = (
        path
        for path in Path(store.directory).rglob("*")
        if path.is_file() and path.read_bytes() == b"blob of gone"
    )
    assert blob.digest.hex()[2:] in path.name
    os.unlink(path)
    scene.remote.moving.set()
    document = scene.drained()
    assert (document["sent"], document["not_sent"]) == (2, {"evicted": 1})
    assert scene.results("kept") == [kept.result]


def test_a_queue_that_is_full_says_so(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REMOTE_WAITING_MAX", 2)
    scene.remote.moving.clear()
    scene.add(0)
    while not scene.remote.asked:
        threading.Event().wait(0.001)
    for number in range(1, 6):
        scene.add(number)
    assert scene.behind.waiting == 3
    scene.remote.moving.set()
    document = scene.drained()
    assert (document["sent"], document["not_sent"]) == (3, {"queue-full": 3})
