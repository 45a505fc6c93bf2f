"""What a job asks, finds, and leaves behind."""

import io
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from dunnage.errors import RemoteFull, RemoteRefused
from dunnage.remote import limits
from support.remotes.gha_entries import READ, WRITE
from support.remotes.gha_jobs import Gate, job, opened, units
from support.remotes.gha_service import MAIN, GhaService
from support.remotes.things import blob, fetched, name_of

BRANCH = "refs/pull/7/merge"


def test_a_job_of_four_hundred_units_asks_ten_times_at_most(fake: GhaService) -> None:
    project = units(*range(400))
    assert job(fake, project) == (0, 6)
    for change in range(12):  # each job of a day compiles some of them anew
        project[change * 3 : change * 3 + 5] = units(*(f"{change}/{number}" for number in range(5)))
        hits, requests = job(fake, project)
        assert hits == 395
        assert requests <= 10
    assert job(fake, project)[0] == 400
    assert len(fake.asked) <= 14 * 10


def test_a_job_in_which_nothing_is_new_saves_nothing(fake: GhaService) -> None:
    job(fake, units("a", "b"))
    before = fake.keys()
    assert job(fake, units("a", "b")) == (2, 2)
    assert fake.keys() == before


def test_what_was_put_is_there_for_the_job_itself(fake: GhaService) -> None:
    with opened(fake) as backend:
        (unit,) = units("a")
        unit.put(backend)
        assert unit.is_in(backend)
        backend.flush()
        assert unit.is_in(backend)
        assert backend.missing([name_of(data) for data in unit.outputs]) == []
        asked = backend.requests
        backend.flush()
        assert backend.requests == asked, "there is nothing to save"


def test_nothing_asked_for_is_nothing_asked(fake: GhaService) -> None:
    with opened(fake) as backend:
        assert backend.get_records([]) == {}
        assert backend.missing([]) == []
        assert fetched(backend, []) == {}
        backend.flush()
        assert backend.requests == 0


def test_a_blob_is_there_before_its_pack_is(fake: GhaService) -> None:
    early, late = units("early", "late", size=500_000)
    job(fake, [early, late])
    with opened(fake) as backend:
        backend.check()  # the manifest
        fake.knobs.garble = gate = Gate(700_000)
        assert early.is_in(backend)
        found: list[bool] = []
        waiting = threading.Thread(target=lambda: found.append(late.is_in(backend)))
        waiting.start()
        waiting.join(0.1)
        assert not found
        gate.open()
        waiting.join(30)
        assert found == [True]


def test_a_blob_far_ahead_is_fetched_on_its_own(fake: GhaService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "GHA_JUMP_BYTES", 300_000)
    early, late = units("early", "late", size=500_000)
    job(fake, [early, late])
    with opened(fake) as backend:
        backend.check()
        first = Gate(200_000)
        gates: list[Callable[[bytes], bytes]] = [first]
        fake.knobs.garble = lambda data: gates[0](data) if threading.current_thread() is streams[0] else data
        streams: list[threading.Thread] = []
        fake.knobs.storage_status = lambda verb, count: streams.append(threading.current_thread())
        fake.fetched.clear()
        assert late.is_in(backend)
        assert any(what.startswith("bytes=") for _, what in fake.fetched)
        first.open()


def test_many_sessions_at_once(fake: GhaService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "GHA_JUMP_BYTES", 500_000)
    monkeypatch.setattr(limits, "GHA_PACK_BYTES_MAX", 1_000_000)
    project, added = units(*range(150), size=10_000), units(*range(150, 200), size=10_000)
    job(fake, project)
    fake.knobs.bytes_per_s = 10e6
    with opened(fake) as backend, ThreadPoolExecutor(8) as pool:
        hits = pool.map(lambda unit: unit.is_in(backend), reversed(project))
        for unit in added:
            unit.put(backend)
        backend.flush()
        assert all(hits)
        assert all(pool.map(lambda unit: unit.is_in(backend), project + added))
    assert job(fake, project + added)[0] == 200


def test_blobs_stand_in_the_order_in_which_they_were_wanted(fake: GhaService) -> None:
    for letter in "acbd":
        job(fake, units(letter))
    with opened(fake, "lane=l&share=10GB") as backend:
        for unit in units("e", "c", "b", "a", "d"):
            if not unit.is_in(backend):
                unit.put(backend)
        backend.flush()
    newest = max(entry.number for entry in fake.entries.all if entry.key.startswith("dunnage-p1/"))
    pack = fake.storage.path(newest).read_bytes()
    places = [pack.find(name_of(unit.outputs[0]).digest) for unit in units("e", "c", "b", "a", "d")]
    there = [place for place in places if place >= 0]
    assert len(there) == 2, "the new one, and the smallest of those before"
    assert there == sorted(there)


def test_a_token_that_may_only_read(fake: GhaService) -> None:
    job(fake, units("a"))
    with opened(fake, "lane=l", (BRANCH, READ), (MAIN, READ)) as backend:
        assert backend.traits.read_only
        backend.check()
        (unit,) = units("a")
        assert unit.is_in(backend)
        with pytest.raises(RemoteRefused, match="may not write"):
            backend.put_records(unit.records)
        with pytest.raises(RemoteRefused):
            backend.put_blobs([blob(b"x")])
        backend.flush()
    assert {method for method, _ in fake.asked[-2:]} == {"GetCacheEntryDownloadURL"}


@pytest.mark.parametrize(
    ("mode", "hits", "kept"), [("none", 0, 0), ("read", 1, 0), ("write", 1, 1), ("write-only", 0, 1)]
)
def test_the_mode_of_the_cache(fake: GhaService, mode: str, hits: int, kept: int) -> None:
    job(fake, units("a"))
    before = len(fake.keys("dunnage-m1/"))
    asked = len(fake.asked)
    with opened(fake, ACTIONS_CACHE_MODE=mode) as backend:
        old, new = units("a", "new")
        if mode == "none":
            with pytest.raises(RemoteRefused, match="ACTIONS_CACHE_MODE"):
                old.is_in(backend)
        else:
            assert old.is_in(backend) == bool(hits)
        if backend.traits.read_only:
            with pytest.raises(RemoteRefused):
                new.put(backend)
        else:
            new.put(backend)
            assert new.is_in(backend)
        backend.flush()
        if mode == "none":
            with pytest.raises(RemoteRefused, match="ACTIONS_CACHE_MODE"):
                backend.check()
            assert len(fake.asked) == asked
    assert len(fake.keys("dunnage-m1/")) - before == kept


def test_two_legs_at_once_do_not_meet(fake: GhaService) -> None:
    with opened(fake, "lane=x64") as one, opened(fake, "lane=x64-musl") as other:
        one.check()
        other.check()
        a, b = units("a", "b")
        a.put(one)
        b.put(other)
        one.flush()
        other.flush()
    assert job(fake, units("a"), "lane=x64")[0] == 1
    assert job(fake, units("b"), "lane=x64-musl")[0] == 1
    with opened(fake, "lane=x64") as backend:
        assert not units("b")[0].is_in(backend)


def test_two_jobs_of_one_lane_keep_what_the_other_saved(fake: GhaService) -> None:
    job(fake, units("base"))
    with opened(fake) as one, opened(fake) as other:
        one.check()
        other.check()
        a, b = units("a", "b")
        a.put(one)
        b.put(other)
        one.flush()
        other.flush()
    assert job(fake, units("base", "a", "b"))[0] == 3


def test_other_lanes_are_looked_into_where_the_own_has_nothing(fake: GhaService) -> None:
    job(fake, units("a"), "lane=x64")
    assert job(fake, units("a", "b"), "lane=arm&restore=none,x64")[0] == 1
    assert job(fake, units("a", "b"), "lane=arm&restore=none,x64")[0] == 2
    assert job(fake, units("a", "b"), "lane=x64")[0] == 1


def test_a_lane_whose_name_begins_another_is_another(fake: GhaService) -> None:
    job(fake, units("a"), "lane=main-evil")
    with opened(fake, "lane=main") as backend:
        assert not units("a")[0].is_in(backend)


def test_a_namespace_is_another_cache(fake: GhaService) -> None:
    job(fake, units("a"), "lane=l&namespace=pr")
    with opened(fake, "lane=l&namespace=release") as backend:
        assert not units("a")[0].is_in(backend)


def test_a_pull_request_reads_main_and_main_does_not_read_it(fake: GhaService) -> None:
    job(fake, units("a"))
    with opened(fake, "lane=l", (BRANCH, READ | WRITE), (MAIN, READ)) as backend:
        a, b = units("a", "b")
        assert a.is_in(backend)
        b.put(backend)
        backend.flush()
    with opened(fake) as backend:
        assert a.is_in(backend)
        assert not b.is_in(backend)
    with opened(fake, "lane=l", (BRANCH, READ | WRITE), (MAIN, READ)) as backend:
        assert a.is_in(backend)
        assert b.is_in(backend)


def test_what_no_job_uses_is_not_kept_for_ever(fake: GhaService) -> None:
    for number in range(12):
        job(fake, units("always", number, size=20_000))
    kept = _sizes_of_lane(fake)
    assert sum(kept) < 8 * 50_000
    assert len(kept) <= limits.GHA_SMALL_PACKS_MAX
    assert job(fake, units("always", size=20_000))[0] == 1


def test_beyond_the_share_the_oldest_goes(fake: GhaService) -> None:
    everything = units(*range(6), size=30_000)
    for count in range(1, 7):
        job(fake, everything[:count], "lane=l&share=160K")
    with opened(fake, "lane=l&share=160K") as backend:
        found = [unit.is_in(backend) for unit in everything]
        assert sum(found) in {3, 4}
        with pytest.raises(RemoteFull, match="share"):
            units("large", size=200_000)[0].put(backend)
    assert sum(_sizes_of_lane(fake)) <= 170_000


def _sizes_of_lane(fake: GhaService) -> list[int]:
    """Of the packs that the newest manifest lists."""
    from dunnage.remote.gha import manifest

    newest = max(entry.number for entry in fake.entries.all if entry.key.startswith("dunnage-m1/l/"))
    listed = manifest.decode(fake.storage.path(newest).read_bytes())
    return [pack.size for pack in listed.packs.values()]


def test_what_packs_hold_comes_by_itself_and_is_not_hot_for_that(fake: GhaService) -> None:
    made = units("a", "b")
    job(fake, made)
    with opened(fake) as backend:
        coming = {each.name: each for each in backend.arriving()}
        assert list(coming) == [name_of(data) for unit in made for data in unit.outputs]
        for data in made[1].outputs:
            target = io.BytesIO()
            coming[name_of(data)].write_to(target)
            assert target.getvalue() == data
        assert backend._lane.wanted() == {}
        assert backend.requests == 2
        assert made[0].is_in(backend)
        assert backend.requests == 2


def test_where_nothing_may_be_read_nothing_comes(fake: GhaService) -> None:
    with opened(fake, ACTIONS_CACHE_MODE="write-only") as backend:
        assert not backend.traits.sends_ahead
        assert list(backend.arriving()) == []
