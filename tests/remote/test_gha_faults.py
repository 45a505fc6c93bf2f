"""Whatever GitHub's cache does to a job: nothing is lost that need not be, and each failure is one that is known."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dunnage.errors import RemoteBusy, RemoteRefused, RemoteUnavailable
from dunnage.remote import limits
from dunnage.remote.gha.backend import GhaBackend
from dunnage.remote.gha.environment import settings_of
from dunnage.remote.gha.http import Http
from dunnage.remote.url import RemoteUrl
from support.remotes.gha_entries import WRITE
from support.remotes.gha_jobs import Clock, Gate, job, opened, times, units
from support.remotes.gha_service import MAIN, GhaService, gha_service
from support.remotes.things import fetched, name_of

BRANCH = "refs/pull/7/merge"


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[GhaService]:
    with gha_service(tmp_path / "storage") as service:
        yield service


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


def test_a_key_that_was_not_asked_for_is_not_believed(fake: GhaService) -> None:
    job(fake, units("a"), "lane=evil")
    fake.knobs.answer = lambda method, fields: {**fields, "matched_key": "dunnage-m1/evil/1"}
    with opened(fake, "lane=evil") as backend:
        assert units("a")[0].records[0].name in backend.get_records([units("a")[0].records[0].name])
    job(fake, units("a"), "lane=l")
    with opened(fake, "lane=l") as backend, pytest.raises(Exception, match="was not asked for"):
        units("a")[0].is_in(backend)


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
