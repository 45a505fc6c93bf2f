"""All packs of a job."""

import io
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from dunnage.errors import RemoteBusy, RemoteUnavailable
from dunnage.remote import limits
from dunnage.remote.gha import packs
from dunnage.remote.gha.arrivals import Arrivals
from dunnage.remote.gha.http import Http
from dunnage.remote.gha.manifest import Pack, Where
from dunnage.remote.gha.packs import Packed
from dunnage.remote.gha.save import Uploader
from dunnage.remote.gha.service import Service
from support.remotes.gha_jobs import Clock, Gate, times
from support.remotes.gha_service import GhaService
from support.remotes.things import name_of


class Bench:
    """Packs of one blob each, in a fake."""

    def __init__(self, fake: GhaService, directory: Path) -> None:
        self.fake = fake
        self.clock = Clock()
        self.http = Http({})
        self.service = Service(
            self.http, fake.url, fake.environ()["ACTIONS_RUNTIME_TOKEN"], "0" * 64, self.clock
        )
        self.arrivals = Arrivals(self.http, self.service)
        self._uploader = Uploader(self.http, self.service, "run")
        self._file = directory / "pack"

    def pack(self, text: bytes) -> tuple[Pack, Where]:
        frame = zstandard.ZstdCompressor().compress(text)
        data = packs.head() + packs.header(name_of(text), len(frame)) + frame
        packed = Packed(name_of(text), len(data) - len(frame), len(frame))
        data += packs.ending([packed], len(data))
        self._file.write_bytes(data)
        with self._file.open("rb") as file:
            key = self._uploader.put("p/", file, len(data))
        return Pack(key, len(data), 1), Where(key, packed.offset, packed.length)

    def got(self, text: bytes, where: Where, wait_s: float = 20) -> bytes | None:
        target = io.BytesIO()
        there = self.arrivals.get(name_of(text), where, target, time.monotonic() + wait_s)
        return target.getvalue() if there else None


@pytest.fixture
def bench(fake: GhaService, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(fake, tmp_path)
    yield made
    made.arrivals.close()
    made.http.close()


def test_they_arrive_in_threads_of_their_own(bench: Bench) -> None:
    made = [bench.pack(b"text %d" % number) for number in range(6)]
    asked = bench.service.requests
    bench.arrivals.expect(pack for pack, _ in made)
    bench.arrivals.expect(pack for pack, _ in made)
    for number, (pack, where) in enumerate(made):
        assert bench.got(b"text %d" % number, where) == b"text %d" % number
        assert bench.arrivals.frame(name_of(b"text %d" % number), where) is not None
        assert not bench.arrivals.is_gone(pack.key)
    assert bench.service.requests == asked + 6, "once for each"


def test_not_all_at_once(bench: Bench) -> None:
    made = [bench.pack(b"text %d" % number) for number in range(limits.GHA_STREAMS_MAX + 2)]
    bench.fake.knobs.garble = gate = Gate(0)
    bench.fake.fetched.clear()
    bench.arrivals.expect(pack for pack, _ in made)
    with pytest.raises(RemoteUnavailable, match="did not arrive"):
        bench.got(b"text 0", made[0][1], wait_s=0.2)
    until_s = time.monotonic() + 20
    while len(bench.fake.fetched) < limits.GHA_STREAMS_MAX and time.monotonic() < until_s:
        with pytest.raises(RemoteUnavailable):
            bench.got(b"text 0", made[0][1], wait_s=0.01)
    assert len(bench.fake.fetched) == limits.GHA_STREAMS_MAX
    gate.open()
    assert bench.got(b"text 5", made[5][1]) == b"text 5"


def test_a_pack_that_nobody_expects_is_absence(bench: Bench) -> None:
    assert bench.got(b"x", Where("other", 1, 1)) is None
    assert bench.arrivals.frame(name_of(b"x"), Where("other", 1, 1)) is None
    assert not bench.arrivals.is_there("other")
    assert not bench.arrivals.is_gone("other")


def test_one_that_was_evicted(bench: Bench) -> None:
    pack, where = bench.pack(b"text")
    bench.fake.evict(pack.key)
    bench.arrivals.expect([pack])
    assert bench.got(b"text", where) is None
    assert bench.arrivals.is_gone(pack.key)


def test_one_that_begins_like_another_is_not_taken_for_it(bench: Bench) -> None:
    made = [bench.pack(b"text %d" % number) for number in range(10)]
    first, where = made[0]
    assert made[9][0].key == f"{first.key}0", "the tenth begins like the first"
    bench.fake.evict(first.key)
    bench.arrivals.expect([first])
    assert bench.got(b"text 0", where) is None


def test_busy_is_said_until_it_is_over(bench: Bench) -> None:
    pack, where = bench.pack(b"text")
    bench.fake.knobs.busy = times([True])
    bench.arrivals.expect([pack])
    with pytest.raises(RemoteBusy):
        bench.got(b"text", where)
    bench.clock.now_s += 3
    with pytest.raises(RemoteBusy) as caught:
        bench.got(b"text", where)
    assert caught.value.retry_after_s == 4
    bench.clock.now_s += 4
    assert bench.got(b"text", where) == b"text"


def test_what_fails_is_tried_three_times(bench: Bench) -> None:
    pack, where = bench.pack(b"text")
    bench.fake.knobs.storage_status = lambda verb, count: 500
    bench.arrivals.expect([pack])
    for _ in range(5):
        with pytest.raises(RemoteUnavailable, match="trouble of its own"):
            bench.got(b"text", where)
    tries = 3 * (1 + limits.GHA_RESUMES_MAX)
    assert len(bench.fake.fetched) == 1 + tries, "one was to upload it"


def test_what_nobody_refers_to_is_given_up(bench: Bench) -> None:
    pack, where = bench.pack(b"text")
    bench.arrivals.expect([pack])
    assert bench.got(b"text", where) == b"text"
    assert bench.arrivals.is_there(pack.key)
    bench.arrivals.forget([pack.key, "other"])
    assert bench.got(b"text", where) is None


def test_not_at_once_is_when_it_is_asked_for(bench: Bench) -> None:
    made = [bench.pack(b"text %d" % number) for number in range(3)]
    asked = bench.service.requests
    bench.arrivals.expect((pack for pack, _ in made), at_once=False)
    assert bench.got(b"text 1", made[1][1]) == b"text 1"
    bench.arrivals.fetch([made[2][0].key, "other"], time.monotonic() + 20)
    assert [bench.arrivals.is_there(pack.key) for pack, _ in made] == [False, True, True]
    assert bench.service.requests == asked + 2


def test_no_longer_than_that(bench: Bench) -> None:
    pack, _ = bench.pack(b"text")
    bench.fake.knobs.garble = gate = Gate(0)
    bench.arrivals.expect([pack])
    bench.arrivals.fetch([pack.key], time.monotonic() + 0.05)
    assert not bench.arrivals.is_there(pack.key)
    gate.open()


def test_our_own(bench: Bench) -> None:
    file = tempfile.TemporaryFile()  # noqa: SIM115
    frame = zstandard.ZstdCompressor().compress(b"text")
    file.write(frame)
    file.flush()
    bench.arrivals.own(Pack("own", len(frame), 1), file, [Packed(name_of(b"text"), 0, len(frame))])
    assert bench.arrivals.is_there("own")
    assert bench.got(b"text", Where("own", 0, len(frame))) == b"text"
    bench.arrivals.close()
    assert file.closed
    late = tempfile.TemporaryFile()  # noqa: SIM115
    bench.arrivals.own(Pack("late", 1, 1), late, [])
    assert late.closed


def test_nothing_begins_after_the_end(bench: Bench) -> None:
    pack, where = bench.pack(b"text")
    bench.arrivals.close()
    before = threading.active_count()
    bench.arrivals.expect([pack])
    with pytest.raises(RemoteUnavailable, match="closed"):
        bench.got(b"text", where)
    assert threading.active_count() == before
