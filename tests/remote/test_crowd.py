"""Many clients at once, each with a store of its own, that read and write at random on servers that nobody here wrote:
what is served is what somebody put there, and every count is true.

What they keep are objects as other programs keep them with a daemon (`engine.offered`): records and blobs like those of
a compile, through the store, the queue, the guard and the seal, without the compiler.
"""

import os
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from blake3 import blake3

from dunnage.errors import RemoteError
from dunnage.remote.contract import Backend
from dunnage.remote.registry import open_backend
from dunnage.remote.sealing import by_secret
from support.remotes import buildgrid_server
from support.remotes.machines import Machine, machine
from support.remotes.moto import KEY, Moto
from support.remotes.place import Opener

NAMES = [f"object {number}" for number in range(60)]
WAITING_MAX = 20
"""Who has so many results waiting puts nothing: else a slow server would have more in the end than it takes in time."""
SEAL = by_secret("crowd", b"a secret of the crowd")


@dataclass(frozen=True, slots=True)
class Place:
    """A server: for those who have business there, and for one who has none."""

    open: Opener
    open_elsewhere: Opener
    """A bucket, or an instance, that is not there: all is refused."""


@contextmanager
def moto(base: Path) -> Iterator[Place]:
    with Moto(base).running() as server:
        elsewhere = server.url.replace("//bucket/", "//nobodys/")
        yield Place(lambda: open_backend(server.url, KEY), lambda: open_backend(elsewhere, KEY))


@contextmanager
def buildgrid(base: Path) -> Iterator[Place]:
    with buildgrid_server.serving(base) as server:
        yield Place(lambda: server.open(buildgrid_server.INSTANCE), lambda: server.open("nobody/here"))


@pytest.fixture(params=[moto, buildgrid])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with request.param(tmp_path) as made:
        yield made


class Watched:
    """A backend, and what it failed with: an answer's class, or an error's."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.failed: Counter[str] = Counter()

    def __getattr__(self, name: str) -> object:
        found = getattr(self._backend, name)
        if not callable(found):
            return found

        def watched(*words: object) -> object:
            try:
                return found(*words)
            except RemoteError:
                self.failed[name] += 1
                raise

        return watched


def made(name: str, chance: random.Random) -> bytes:
    """Something to keep under a name: it says of what it is, and whether it is whole."""
    size = chance.choice(
        (0, 100, 5_000, 200_000, 200_000, 4_500_000) if chance.random() < 0.1 else (100, 5_000)
    )
    body = name.encode() + b"\n" + chance.randbytes(size)
    return blake3(body).digest() + body


def is_right(name: str, data: bytes) -> bool:
    """Whether that was made for this name."""
    return data[:32] == blake3(data[32:]).digest() and data[32:].partition(b"\n")[0] == name.encode()


@dataclass
class Client:
    """What one of them did, by its own books."""

    number: int
    kept: Counter[str] = field(default_factory=Counter)
    known: set[str] = field(default_factory=set)
    """Names that its store has."""
    fetched: int = 0
    wrong: list[str] = field(default_factory=list)

    def keep(self, one: Machine, name: str, data: bytes) -> None:
        with tempfile.TemporaryFile() as file:
            file.write(data)
            file.flush()
            one.engine.offered.keep(name, file.fileno())
        self.kept[name] += 1
        self.known.add(name)

    def look(self, one: Machine, name: str) -> bool:
        """Whether there is something, from wherever; wrong bytes are noted."""
        opened = one.engine.offered.open(name)
        if opened is None:
            return False
        descriptor, size = opened
        with os.fdopen(descriptor, "rb") as file:
            data = file.read()
        if len(data) != size or not is_right(name, data):
            self.wrong.append(name)
        self.fetched += name not in self.known
        self.known.add(name)
        return True


def crowd(place: Place, base: Path, clients: int, goes_on: Callable[[int], bool]) -> None:
    """So many clients, and one whom nobody wants there, for as long as `goes_on` (of how much was done) says so."""
    done = [Client(number) for number in range(clients + 1)]
    documents: dict[int, dict[str, object]] = {}
    failed: dict[int, Counter[str]] = {}
    troubles: list[BaseException] = []

    def work(client: Client) -> None:
        chance = random.Random(client.number)
        backend = Watched((place.open_elsewhere if client.number == clients else place.open)())
        try:
            with machine(base / f"client{client.number}", backend, seal=SEAL) as one:
                count = 0
                while goes_on(count):
                    count += 1
                    name = chance.choice(NAMES)
                    if chance.random() < 0.4 and one.engine.remotes.waiting < WAITING_MAX:
                        client.keep(one, name, made(name, chance))
                    else:
                        client.look(one, name)
                documents[client.number], failed[client.number] = one.sent(), backend.failed
        except BaseException as error:  # noqa: BLE001 - told by the test's own thread
            troubles.append(error)

    threads = [threading.Thread(target=work, args=(client,)) for client in done]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    *guests, stranger = done
    lost_by_all = 0
    for client in guests:
        document, trouble = documents[client.number], failed[client.number]
        assert client.wrong == []
        assert document["fetched"] == client.fetched
        lost = sum(document["not_sent"].values())
        assert (document["sent"] + lost, document["waiting"]) == (client.kept.total(), 0)
        # What a server refused was tried again, or is counted: nothing else is.
        assert sum(document["not_fetched"].values()) <= trouble["get_records"] + trouble["get_blobs"]
        assert bool(lost) <= bool(trouble)
        lost_by_all += lost
    document, trouble = documents[stranger.number], failed[stranger.number]
    assert (document["fetched"], document["sent"], stranger.wrong) == (0, 0, [])
    assert sum(document["not_sent"].values()) == stranger.kept.total()
    assert (
        {"refused"} <= set(document["not_sent"]) <= {"refused", "unavailable"}
    )  # a server that has too much to do
    assert set(document["not_fetched"]) <= {"refused", "unavailable"}
    assert sum(document["not_fetched"].values()) <= trouble["get_records"]
    everything = Client(-1)
    with machine(base / "last", place.open(), seal=SEAL, writes=False) as last:
        for name in {name for client in guests for name in client.kept}:
            is_there = everything.look(last, name)
            assert is_there or lost_by_all, f"{name}: {last.engine.remotes.documents()}"
        assert last.engine.remotes.documents()[0]["fetched"] == everything.fetched
    assert everything.wrong == []


def test_six_clients(place: Place, tmp_path: Path) -> None:
    crowd(place, tmp_path, 6, lambda count: count < 25)


@pytest.mark.large
def test_twenty_clients_for_a_minute(place: Place, tmp_path: Path) -> None:
    end_s = time.monotonic() + 60
    crowd(place, tmp_path, 20, lambda _: time.monotonic() < end_s)
