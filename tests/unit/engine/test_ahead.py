"""What a remote sends unasked is in the store before a unit wants it, as long as nothing is compiled."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.errors import RemoteDamaged, RemoteUnavailable
from dunnage.remote.contract import BlobName, Coming, Sink, Traits
from support.crates import Crate, crate
from support.remotes.machines import WAIT_S, Machine, Troubled, machine


class Sending(Troubled):
    """A remote that sends all that it has as soon as it may, and says when it has nothing more."""

    def __init__(self) -> None:
        super().__init__(Traits(sends_ahead=True))
        self.sends = threading.Event()
        self.has_sent = threading.Event()
        self.unwilling: Callable[[], Exception] | None = None

    def arriving(self) -> Iterator[Coming]:
        try:
            assert self.sends.wait(WAIT_S)
            for name in list(self.blobs):
                yield Coming(name, lambda sink, name=name: self._write(name, sink))  # type: ignore[misc]
        finally:
            self.has_sent.set()

    def _write(self, name: BlobName, sink: Sink) -> None:
        if self.unwilling is not None:
            raise self.unwilling()
        sink.write(self.lie(name, self.blobs[name]))


@pytest.fixture
def made(tmp_path: Path) -> Crate:
    return crate(tmp_path / "a")


@pytest.fixture
def remote(tmp_path: Path, made: Crate) -> Sending:
    """With what a first machine made."""
    remote = Sending()
    with machine(tmp_path / "first", remote) as first:
        assert first.compile(made).reason == "new"
        remote.sends.set()
        assert remote.has_sent.wait(WAIT_S)
        first.sent()
    made.wipe()
    remote.sends.clear()
    remote.has_sent.clear()
    remote.asked.clear()
    return remote


def held(second: Machine, remote: Sending) -> list[bool]:
    return [second.store.holds(name.digest, name.size) for name in remote.blobs]


def test_a_unit_finds_its_blobs_in_the_store(tmp_path: Path, remote: Sending, made: Crate) -> None:
    with machine(tmp_path / "second", remote, writes=False) as second:
        remote.sends.set()
        assert remote.has_sent.wait(WAIT_S)
        assert held(second, remote) == [True, True]
        assert second.store.size().actions == 0, "nobody finds them but by a record"
        assert second.compile(made).reason == "remote"
        assert remote.asked == ["get_records", "get_records"]
        document = second.engine.remotes.documents()[0]
        assert (document["fetched"], document["fetched_bytes"]) == (
            1,
            sum(name.size for name in remote.blobs),
        )


def test_once_something_is_compiled_nothing_more_is_taken(
    tmp_path: Path, remote: Sending, made: Crate
) -> None:
    with machine(tmp_path / "second", remote, writes=False) as second:
        made.write("src/lib.rs", "pub fn two() -> u32 { 2 }\n")
        assert second.compile(made).outcome == "miss"
        remote.sends.set()
        assert remote.has_sent.wait(WAIT_S)
        assert held(second, remote) == [False, False]


def test_no_more_than_so_much(tmp_path: Path, remote: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *_ = remote.blobs
    monkeypatch.setattr(limits, "AHEAD_BYTES_MAX", first.size)
    with machine(tmp_path / "second", remote, writes=False) as second:
        remote.sends.set()
        assert remote.has_sent.wait(WAIT_S)
        assert held(second, remote) == [True, False]


def test_what_is_not_what_its_name_says_is_left_to_whoever_asks(
    tmp_path: Path, remote: Sending, made: Crate
) -> None:
    remote.lie = lambda _, data: bytes(len(data))
    with machine(tmp_path / "second", remote, writes=False) as second:
        remote.sends.set()
        assert remote.has_sent.wait(WAIT_S)
        assert held(second, remote) == [False, False]
        remote.lie = lambda _, data: data
        assert second.compile(made).reason == "remote"


@pytest.mark.parametrize("error", [RemoteDamaged, RemoteUnavailable, ValueError])
def test_trouble_is_left_to_whoever_asks(
    tmp_path: Path, remote: Sending, made: Crate, error: type[Exception]
) -> None:
    remote.unwilling = lambda: error("It does not want to.")
    with machine(tmp_path / "second", remote, writes=False) as second:
        remote.sends.set()
        assert remote.has_sent.wait(WAIT_S)
        assert held(second, remote) == [False, False]
        assert second.engine.remotes.documents()[0]["trouble"] == ""
        assert second.compile(made).reason == "remote"


def test_what_the_store_has_is_not_taken_again(tmp_path: Path, remote: Sending, made: Crate) -> None:
    with machine(tmp_path / "second", remote, writes=False) as second:
        assert second.compile(made).reason == "remote"
        before = second.engine.remotes.documents()[0]["fetched_bytes"]
        remote.sends.set()
        assert remote.has_sent.wait(WAIT_S)
        assert second.engine.remotes.documents()[0]["fetched_bytes"] == before
