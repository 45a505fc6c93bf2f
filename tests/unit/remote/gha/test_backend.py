"""What a job asks, finds, and leaves behind."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.errors import RemoteBusy, RemoteFull, RemoteRefused, RemoteUnavailable
from dunnage.remote.gha.backend import GhaBackend
from dunnage.remote.gha.environment import settings_of
from dunnage.remote.gha.http import Http
from dunnage.remote.url import RemoteUrl
from support.remotes.gha_entries import READ, WRITE
from support.remotes.gha_jobs import Clock, Gate, job, opened, times, units
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


def test_429_ends_all_questions_until_it_is_over(fake: GhaService) -> None:
    job(fake, units("a"))
    clock = Clock()
    environ = fake.environ()
    backend = GhaBackend(settings_of(RemoteUrl.parse("gha://?lane=l"), environ), Http(environ), clock)
    fake.knobs.busy = times([True])
    (unit,) = units("a")
    for left_s in (7, 7, 5):
        clock.now_s = 1007 - left_s
        with pytest.raises(RemoteBusy) as caught:
            unit.is_in(backend)
        assert caught.value.retry_after_s == left_s
    assert backend.requests == 1
    clock.now_s = 1007
    assert unit.is_in(backend)
    backend.close()


def test_429_in_the_middle_of_a_save_loses_nothing(fake: GhaService) -> None:
    clock = Clock()
    environ = fake.environ()
    backend = GhaBackend(settings_of(RemoteUrl.parse("gha://?lane=l"), environ), Http(environ), clock)
    for failing in range(5):  # look, reserve, finalize, reserve, finalize
        fake.knobs.busy = times([*[False] * failing, True])
        for unit in units(f"at {failing}"):
            unit.put(backend)
        with pytest.raises(RemoteBusy):
            backend.flush()
        with pytest.raises(RemoteBusy):
            backend.flush()
        fake.knobs.busy = lambda method: False
        clock.now_s += 7
        backend.flush()
        assert job(fake, units(*(f"at {number}" for number in range(failing + 1))))[0] == failing + 1
    backend.close()


def test_429_for_a_pack_is_busy_until_it_is_over(fake: GhaService) -> None:
    job(fake, units("a"))
    clock = Clock()
    environ = fake.environ()
    backend = GhaBackend(settings_of(RemoteUrl.parse("gha://?lane=l"), environ), Http(environ), clock)
    fake.knobs.busy = times([False, True])
    (unit,) = units("a")
    for _ in range(2):
        with pytest.raises(RemoteBusy):
            unit.is_in(backend)
    assert backend.requests == 2
    clock.now_s += 7
    assert unit.is_in(backend)
    backend.close()


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


def test_a_service_that_refuses_writes_is_asked_once(fake: GhaService) -> None:
    fake.knobs.write_denied = True
    with opened(fake) as backend:
        (unit,) = units("a")
        unit.put(backend)
        for _ in range(2):
            with pytest.raises(
                RemoteRefused, match=r"does not permit that: cache write denied: the token is read-only\."
            ):
                backend.flush()
        with pytest.raises(RemoteRefused):
            unit.put(backend)
        assert backend.requests == 2


def test_a_service_that_keeps_nothing_says_why(fake: GhaService) -> None:
    fake.knobs.refused = "the budget is used up"
    with opened(fake) as backend:
        units("a")[0].put(backend)
        with pytest.raises(RemoteRefused, match="refuses to keep an entry: the budget is used up"):
            backend.flush()


@pytest.mark.parametrize(
    ("mode", "hits", "kept"), [("none", 0, 0), ("read", 1, 0), ("write", 1, 1), ("write-only", 0, 1)]
)
def test_the_mode_of_the_cache(fake: GhaService, mode: str, hits: int, kept: int) -> None:
    job(fake, units("a"))
    before = len(fake.keys("dunnage-m1/"))
    asked = len(fake.asked)
    with opened(fake, ACTIONS_CACHE_MODE=mode) as backend:
        old, new = units("a", "new")
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


def test_a_pack_that_is_gone_is_absence(fake: GhaService) -> None:
    job(fake, units("a"))
    job(fake, units("a", "b"))
    pack = fake.keys("dunnage-p1/")[0]
    assert fake.evict(pack) == 1
    with opened(fake) as backend:
        a, b = units("a", "b")
        assert not a.is_in(backend)
        assert b.is_in(backend)
        names = [name_of(data) for data in a.outputs]
        assert backend.missing(names) == names
        a.put(backend)
        backend.flush()
    assert job(fake, units("a", "b"))[0] == 2


def test_a_blob_of_a_pack_that_vanishes_under_its_stream_is_absence(fake: GhaService) -> None:
    job(fake, units("a"))
    with opened(fake) as backend:
        fake.knobs.storage_status = lambda verb, count: (
            404 if fake.asked[-1][1].startswith("dunnage-p1") else None
        )
        assert not units("a")[0].is_in(backend)


def test_a_stream_that_breaks_goes_on(fake: GhaService) -> None:
    (unit,) = units("a", size=500_000)
    job(fake, [unit])
    with opened(fake) as backend:
        backend.check()
        fake.fetched.clear()
        fake.knobs.truncate = lambda count: 150_000 if count < 3 else None
        assert unit.is_in(backend)
        assert [what for _, what in fake.fetched] == ["", "bytes=150000-", "bytes=300000-", "bytes=450000-"]


def test_a_stream_that_always_breaks_is_unavailable(fake: GhaService) -> None:
    (unit,) = units("a", size=500_000)
    job(fake, [unit])
    with opened(fake) as backend:
        backend.check()
        fake.knobs.truncate = lambda count: 10_000
        with pytest.raises(RemoteUnavailable):
            unit.is_in(backend)
        fake.knobs.truncate = lambda count: None
        assert unit.is_in(backend), "it was only broken then"


def test_a_pack_that_was_cut_has_what_came_whole(fake: GhaService) -> None:
    first, second = units("first", "second", size=100_000)
    job(fake, [first, second])
    number = min(fake.storage.sizes)
    path = fake.storage.path(number)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    fake.storage.sizes[number] = path.stat().st_size
    with opened(fake) as backend:
        assert first.is_in(backend)
        assert not second.is_in(backend)
        assert backend.broken
        second.put(backend)
        backend.flush()
    assert job(fake, [first, second])[0] == 2


def test_an_expired_url_is_asked_for_once_more(fake: GhaService) -> None:
    job(fake, units("a"))
    with opened(fake) as backend:
        backend.check()
        fake.fetched.clear()
        fake.knobs.storage_status = lambda verb, count: 403 if count == 0 else None
        assert units("a")[0].is_in(backend)
        assert backend.requests == 3
    with opened(fake) as backend:
        backend.check()
        fake.fetched.clear()
        fake.knobs.storage_status = lambda verb, count: 403
        with pytest.raises(RemoteRefused):
            units("a")[0].is_in(backend)
        assert backend.requests == 3


def test_an_expired_url_of_an_upload_is_another_name(fake: GhaService) -> None:
    fake.knobs.storage_status = lambda verb, count: 403 if (verb, count) == ("PUT", 0) else None
    assert job(fake, units("a")) == (0, 7)
    assert job(fake, units("a"))[0] == 1


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


def test_a_key_that_was_not_asked_for_is_not_believed(fake: GhaService) -> None:
    job(fake, units("a"), "lane=evil")
    fake.knobs.answer = lambda method, fields: {**fields, "matched_key": "dunnage-m1/evil/1"}
    with opened(fake, "lane=evil") as backend:
        assert units("a")[0].records[0].name in backend.get_records([units("a")[0].records[0].name])
    job(fake, units("a"), "lane=l")
    with opened(fake, "lane=l") as backend, pytest.raises(Exception, match="was not asked for"):
        units("a")[0].is_in(backend)


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


def test_a_name_that_is_taken_is_another_name(fake: GhaService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secrets.token_hex", lambda size: "00")
    for key in ("dunnage-p1/l/17-1-00-1", "dunnage-m1/l/17-1-00-3"):  # uploads that crashed
        fake.entries.create([(MAIN, WRITE)], key, _version(fake))
    assert job(fake, units("a")) == (0, 8)
    assert job(fake, units("a"))[0] == 1
    with opened(fake) as backend:
        for number in range(1, 4):
            key = f"dunnage-p1/l/17-1-00-{number}"
            fake.evict(key)
            fake.entries.create([(MAIN, WRITE)], key, _version(fake))
        units("new")[0].put(backend)
        with pytest.raises(RemoteUnavailable, match="taken"):
            backend.flush()


def _version(fake: GhaService) -> str:
    job(fake, units("other"), "lane=other")
    return fake.entries.all[-1].version


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


def test_a_damaged_manifest_is_said_once_and_then_replaced(fake: GhaService) -> None:
    job(fake, units("a"))
    fake.storage.path(max(fake.storage.sizes)).write_bytes(b"x" * fake.storage.sizes[max(fake.storage.sizes)])
    with opened(fake) as backend:
        (unit,) = units("a")
        with pytest.raises(Exception, match="A manifest is damaged, or is none"):
            unit.is_in(backend)
        assert not unit.is_in(backend)
        unit.put(backend)
        backend.flush()
    assert job(fake, units("a"))[0] == 1


def test_closing_ends_what_is_under_way(fake: GhaService) -> None:
    (unit,) = units("a", size=500_000)
    job(fake, [unit])
    fake.knobs.garble = gate = Gate(10_000)
    failed: list[Exception] = []

    def wait() -> None:
        try:
            unit.is_in(backend)
        except RemoteUnavailable as error:
            failed.append(error)

    with opened(fake) as backend:
        waiting = threading.Thread(target=wait)
        fake.fetched.clear()
        waiting.start()
        while len(fake.fetched) < 2:  # the manifest, and the pack
            waiting.join(0.01)
    waiting.join(30)
    assert not waiting.is_alive()
    gate.open()
    assert len(failed) == 1


def test_a_blob_that_does_not_come_in_time(fake: GhaService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "GHA_WAIT_S", 0.1)
    (unit,) = units("a", size=500_000)
    job(fake, [unit])
    with opened(fake) as backend:
        backend.check()
        fake.knobs.garble = gate = Gate(10_000)
        with pytest.raises(RemoteUnavailable, match="did not arrive"):
            unit.is_in(backend)
        gate.open()


def test_a_server_that_is_down(fake: GhaService, tmp_path: Path) -> None:
    environ = {**fake.environ(), "ACTIONS_RESULTS_URL": "http://127.0.0.1:9/"}
    backend = GhaBackend(settings_of(RemoteUrl.parse("gha://"), environ), Http(environ))
    with pytest.raises(RemoteUnavailable, match=r"127\.0\.0\.1 cannot be reached"):
        backend.check()
    backend.close()


def test_nothing_that_is_said_holds_a_token(fake: GhaService, caplog: pytest.LogCaptureFixture) -> None:
    environ = fake.environ()
    secret = environ["ACTIONS_RUNTIME_TOKEN"]
    fake.knobs.refused = f"bad token {secret} at https://x/y?sig=abc"
    with caplog.at_level("DEBUG"), opened(fake) as backend:
        units("a")[0].put(backend)
        with pytest.raises(RemoteRefused) as caught:
            backend.flush()
        assert fetched(backend, [name_of(b"absent")]) == {}
    said = str(caught.value) + caplog.text + repr(settings_of(RemoteUrl.parse("gha://"), environ))
    assert secret not in said
    assert "sig=" not in said
    assert "bad token *** at https://x/y?…" in said
