"""What a job knows of its lane."""

import io
import os
import tempfile
import threading
import time
from collections.abc import Iterator

import pytest

from dunnage.errors import RemoteBusy, RemoteDamaged, RemoteError, RemoteUnavailable
from dunnage.remote.contract import RecordName
from dunnage.remote.gha import manifest
from dunnage.remote.gha.arrivals import Arrivals
from dunnage.remote.gha.environment import settings_of
from dunnage.remote.gha.http import Http
from dunnage.remote.gha.lane import MANIFESTS, Lane
from dunnage.remote.gha.manifest import Kept, Manifest, Pack, Where
from dunnage.remote.gha.save import Uploader
from dunnage.remote.gha.service import Service
from dunnage.remote.url import RemoteUrl
from support.remotes.gha_jobs import Clock, times
from support.remotes.gha_service import GhaService
from support.remotes.things import name_of

A, B = name_of(b"a"), name_of(b"b")
ONE, TWO = (RecordName("action", bytes([number]) * 32) for number in (1, 2))


class Bench:
    """A lane, and whoever else saves in it."""

    def __init__(self, fake: GhaService, options: str = "lane=l&refresh=60") -> None:
        self.fake = fake
        self.clock = Clock()
        environ = fake.environ()
        settings = settings_of(RemoteUrl.parse(f"gha://?{options}"), environ)
        self.http = Http(environ)
        self.service = Service(self.http, settings.results_url, settings.token, "0" * 64, self.clock)
        self.arrivals = Arrivals(self.http, self.service)
        self.lane = Lane(settings, self.http, self.service, self.arrivals, self.clock)
        self._uploader = Uploader(self.http, self.service, "other")

    def saved(self, data: bytes | Manifest, lane: str = "l") -> str:
        """Somebody saves; the key."""
        body = manifest.encode(data) if isinstance(data, Manifest) else data
        with tempfile.TemporaryFile() as file:
            file.write(body)
            file.flush()
            return self._uploader.put(f"{MANIFESTS}{lane}/", file, len(body))

    def looks(self) -> int:
        return sum(key.startswith(MANIFESTS) for method, key in self.fake.asked if method.startswith("Get"))

    def close(self) -> None:
        self.arrivals.close()
        self.http.close()


@pytest.fixture
def bench(fake: GhaService) -> Iterator[Bench]:
    made = Bench(fake)
    yield made
    made.close()


def with_blob(**places: int) -> Manifest:
    return Manifest({"p": Pack("p", 100, 1)}, {A: Where("p", 8, 10, **places)}, {ONE: Kept(b"one", (A,))})


def test_it_looks_once(bench: Bench) -> None:
    bench.saved(with_blob())
    for _ in range(3):
        bench.lane.look()
    assert bench.looks() == 1
    assert (bench.lane.record(ONE), bench.lane.record(TWO)) == (Kept(b"one", (A,)), None)
    assert bench.lane.where(B) is None


def test_where_there_is_nothing_it_looks_once_too(bench: Bench) -> None:
    for _ in range(3):
        bench.lane.look()
    assert bench.looks() == 1
    assert bench.lane.record(ONE) is None


def test_what_is_absent_is_looked_for_anew_after_a_while(bench: Bench) -> None:
    bench.lane.look()
    bench.saved(with_blob())
    assert not bench.lane.look_anew()
    bench.clock.now_s += 60
    assert bench.lane.look_anew()
    assert bench.lane.record(ONE) is not None
    assert bench.looks() == 2


def test_unless_told_a_job_looks_once(fake: GhaService) -> None:
    bench = Bench(fake, "lane=l")
    bench.lane.look()
    bench.clock.now_s += 1e6
    assert not bench.lane.look_anew()
    bench.close()


def test_a_failure_is_not_an_answer(bench: Bench) -> None:
    bench.saved(with_blob())
    bench.fake.knobs.busy = times([True])
    with pytest.raises(RemoteBusy):
        bench.lane.look()
    bench.clock.now_s += 7
    bench.fake.knobs.storage_status = lambda verb, count: 500 if verb == "GET" else None
    with pytest.raises(RemoteUnavailable):
        bench.lane.look()
    bench.fake.knobs.storage_status = lambda verb, count: None
    bench.lane.look()
    assert bench.lane.record(ONE) is not None


def test_who_waited_does_not_ask_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answer, came = threading.Event(), threading.Event(), threading.Semaphore(0)
    has_looked = bench.lane._has_looked

    def counted() -> bool:
        came.release()
        return has_looked()

    monkeypatch.setattr(bench.lane, "_has_looked", counted)

    def busy(method: str) -> bool:
        asked.set()
        return answer.wait(20)

    bench.fake.knobs.busy = busy
    failed: list[RemoteError] = []

    def look() -> None:
        try:
            bench.lane.look()
        except RemoteError as error:
            failed.append(error)

    threads = [threading.Thread(target=look) for _ in range(5)]
    for thread in threads:
        thread.start()
    assert asked.wait(20)
    assert all(came.acquire(timeout=20) for _ in range(5 + 1)), "all five, and once more whoever asks"
    threads[0].join(0.1)
    answer.set()
    for thread in threads:
        thread.join()
    assert len(failed) == 5
    assert bench.looks() == 1


def test_damage_is_said_once(bench: Bench) -> None:
    bench.saved(b"no manifest")
    with pytest.raises(RemoteDamaged):
        bench.lane.look()
    bench.lane.look()
    assert bench.lane.record(ONE) is None


def test_a_manifest_that_vanishes_is_none(bench: Bench) -> None:
    bench.saved(with_blob())
    bench.fake.knobs.storage_status = lambda verb, count: 404 if verb == "GET" else None
    bench.lane.look()
    assert bench.lane.record(ONE) is None


def test_what_is_lost_is_absent(bench: Bench) -> None:
    bench.saved(with_blob())
    bench.lane.look()
    while not bench.arrivals.is_gone("p"):
        bench.arrivals.get(A, Where("p", 8, 10), io.BytesIO(), time.monotonic() + 20)
    assert bench.lane.where(A) is None, "its pack is gone"
    bench.lane.lost(A, Where("p", 8, 10))
    assert bench.lane.broken == 0


def test_what_is_broken_is_absent_until_it_is_elsewhere(bench: Bench) -> None:
    bench.lane.go_by(with_blob(), "k")
    assert bench.lane.where(A) == Where("p", 8, 10)
    bench.lane.lost(A, Where("p", 9, 10))
    assert bench.lane.where(A) is not None, "it was moved meanwhile"
    bench.lane.lost(A, Where("p", 8, 10))
    assert (bench.lane.where(A), bench.lane.broken) == (None, 1)
    with bench.lane.saving() as there:
        assert there.blobs == {}
    moved = Manifest({"q": Pack("q", 100, 1)}, {A: Where("q", 8, 10)})
    bench.lane.go_by(moved)
    assert (bench.lane.where(A), bench.lane.broken) == (Where("q", 8, 10), 0)


def test_a_save_builds_upon_the_newest(bench: Bench) -> None:
    bench.lane.look()
    bench.saved(with_blob(idle=2))
    with bench.lane.saving() as there:
        assert there.blobs[A].idle == 3
        bench.clock.now_s += 60
        assert bench.lane.look_anew()
        assert bench.looks() == 2, "a save is under way"
    assert bench.lane.look_anew()
    assert bench.looks() == 3


def test_a_job_ages_what_it_did_not_use_once(bench: Bench) -> None:
    key = bench.saved(with_blob())
    with bench.lane.saving() as there:
        assert there.blobs[A].idle == 1
    bench.lane.go_by(there, key)
    with bench.lane.saving() as there:
        assert there.blobs[A].idle == 1
    bench.lane.use([ONE])
    with bench.lane.saving() as there:
        assert there.blobs[A].idle == 0


def test_a_save_takes_the_place_of_what_is_damaged(bench: Bench) -> None:
    bench.saved(os.urandom(100))
    with bench.lane.saving() as there:
        assert there == Manifest()


def test_the_order_in_which_blobs_were_wanted(bench: Bench) -> None:
    bench.lane.want([B, A])
    bench.lane.want([A, name_of(b"c"), B])
    assert bench.lane.wanted() == {B: 0, A: 1, name_of(b"c"): 2}


def test_only_as_much_as_our_share_is_fetched(fake: GhaService) -> None:
    bench = Bench(fake, "lane=l&share=150")
    packs = {"p": Pack("p", 100, 1), "q": Pack("q", 100, 2)}
    bench.saved(Manifest(packs, {A: Where("p", 8, 10), B: Where("q", 8, 10)}))
    bench.lane.look()
    bench.close()
    assert not any(key == "p" for _, key in fake.asked)
    assert bench.lane.where(A) is None


def test_other_lanes_are_looked_into(fake: GhaService) -> None:
    bench = Bench(fake, "lane=l&restore=m,n")
    bench.saved(with_blob(), "n")
    bench.saved(with_blob(), "l-other")
    bench.lane.look()
    assert bench.lane.record(ONE) is not None
    bench.close()


def test_a_job_that_may_not_read_does_not_look(fake: GhaService) -> None:
    fake.environ = lambda *scopes, **more: {  # type: ignore[method-assign]
        **GhaService.environ(fake, *scopes, **more), "ACTIONS_CACHE_MODE": "write-only",
    }  # fmt: skip
    bench = Bench(fake)
    bench.saved(with_blob())
    bench.lane.look()
    assert not bench.lane.look_anew()
    with bench.lane.saving() as there:
        assert there == Manifest()
    assert bench.looks() == 0
    bench.close()
