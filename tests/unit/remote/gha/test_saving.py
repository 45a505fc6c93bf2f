"""What a save uploads, and what a failed one leaves for the next."""

import pytest

from dunnage.errors import RemoteUnavailable
from dunnage.remote import limits
from dunnage.remote.gha import manifest
from dunnage.remote.gha.manifest import Manifest
from support.remotes.gha_jobs import job, opened, units
from support.remotes.gha_service import GhaService
from support.remotes.things import name_of


def newest(fake: GhaService, lane: str = "l") -> Manifest:
    number = max(entry.number for entry in fake.entries.all if entry.key.startswith(f"dunnage-m1/{lane}/"))
    return manifest.decode(fake.storage.path(number).read_bytes())


def saves(fake: GhaService) -> int:
    return sum(method == "CreateCacheEntry" for method, _ in fake.asked)


def test_packs_come_before_the_manifest_that_lists_them(fake: GhaService) -> None:
    job(fake, units("a", "b"))
    pack, listing = fake.keys()
    assert pack.startswith("dunnage-p1/l/17-1-")
    assert listing.startswith("dunnage-m1/l/17-1-")
    saved = newest(fake)
    assert list(saved.packs) == [pack]
    assert set(saved.blobs) == {name_of(data) for unit in units("a", "b") for data in unit.outputs}
    assert {name: kept.body for name, kept in saved.records.items()} == {
        record.name: record.body for unit in units("a", "b") for record in unit.records
    }


def test_much_becomes_several_packs(fake: GhaService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "GHA_PACK_BYTES_MAX", 100_000)
    project = units(*range(10), size=20_000)
    job(fake, project)
    sizes = [pack.size for pack in newest(fake).packs.values()]
    assert len(sizes) == 3
    assert max(sizes) < 110_000
    assert job(fake, project)[0] == 10


def test_records_alone_are_a_manifest_alone(fake: GhaService) -> None:
    job(fake, units("a"))
    with opened(fake) as backend:
        backend.put_records(units("other")[0].records[:1])
        backend.flush()
    assert len(fake.keys("dunnage-p1/")) == 1
    assert len(fake.keys("dunnage-m1/")) == 2
    assert job(fake, units("a"))[0] == 1


def test_records_that_are_known_are_not_saved_again(fake: GhaService) -> None:
    job(fake, units("a"))
    with opened(fake) as backend:
        (unit,) = units("a")
        assert unit.is_in(backend)
        unit.put(backend)
        before = saves(fake)
        backend.flush()
        assert saves(fake) == before


def test_a_pack_that_cannot_be_uploaded_is_kept_for_the_next_save(fake: GhaService) -> None:
    with opened(fake) as backend:
        (unit,) = units("a")
        unit.put(backend)
        fake.knobs.storage_status = lambda verb, count: 500 if verb == "PUT" else None
        for _ in range(2):
            with pytest.raises(RemoteUnavailable):
                backend.flush()
        assert unit.is_in(backend)
        fake.knobs.storage_status = lambda verb, count: None
        backend.flush()
        assert unit.is_in(backend)
    assert job(fake, units("a"))[0] == 1


def test_a_manifest_that_cannot_be_uploaded_is_uploaded_without_its_packs(fake: GhaService) -> None:
    with opened(fake) as backend:
        (unit,) = units("a")
        unit.put(backend)
        fake.knobs.storage_status = lambda verb, count: 500 if verb == "PUT" and count else None
        with pytest.raises(RemoteUnavailable):
            backend.flush()
        fake.knobs.storage_status = lambda verb, count: None
        before = saves(fake)
        backend.flush()
        assert saves(fake) == before + 1
    assert job(fake, units("a"))[0] == 1


def test_of_several_packs_one_fails(fake: GhaService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "GHA_PACK_BYTES_MAX", 100_000)
    project = units(*range(10), size=20_000)
    with opened(fake) as backend:
        for unit in project:
            unit.put(backend)
        fake.knobs.storage_status = lambda verb, count: 500 if verb == "PUT" and count in {2, 3} else None
        with pytest.raises(RemoteUnavailable):
            backend.flush()
        assert all(unit.is_in(backend) for unit in project)
        backend.flush()
        assert all(unit.is_in(backend) for unit in project)
    assert job(fake, project)[0] == 10


def test_small_packs_are_put_together(fake: GhaService) -> None:
    for number in range(8):
        job(fake, units(*range(number + 1), size=10_000 + number))
    listed = newest(fake)
    assert len(listed.packs) <= limits.GHA_SMALL_PACKS_MAX
    everything = {name_of(data) for unit in units(*range(8), size=10_007) for data in unit.outputs}
    assert everything <= set(listed.blobs)


def test_what_is_to_be_repacked_is_waited_for(fake: GhaService) -> None:
    for number in range(4):
        job(fake, units(*range(number + 1)))
    with opened(fake) as backend:  # looks at nothing before it saves
        units("new")[0].put(backend)
        backend.flush()
        assert backend.requests == 1 + 1 + 4
    assert len(newest(fake).packs) == limits.GHA_SMALL_PACKS_MAX
    assert job(fake, units(*range(4), "new"))[0] == 5


def test_what_somebody_else_saved_is_not_fetched_for_a_save(fake: GhaService) -> None:
    with opened(fake) as one, opened(fake) as other:
        one.check()
        units("a")[0].put(other)
        other.flush()
        units("b")[0].put(one)
        one.flush()
        assert one.requests == 1 + 1 + 4
        assert units("a")[0].is_in(one), "it is fetched when it is asked for"


def test_a_pack_that_is_gone_is_not_listed_again(fake: GhaService) -> None:
    job(fake, units("a"))
    job(fake, units("a", "b"))
    gone = fake.keys("dunnage-p1/")[0]
    fake.evict(gone)
    job(fake, units("a", "b", "c"))
    assert gone not in newest(fake).packs
    assert job(fake, units("a", "b", "c"))[0] == 3


def test_blobs_that_are_there_already_do_not_travel_again(fake: GhaService) -> None:
    with opened(fake) as one, opened(fake) as other:
        one.check()
        other.check()
        for backend in (one, other):
            units("same", size=50_000)[0].put(backend)
        one.flush()
        packs = len(fake.keys("dunnage-p1/"))
        other.flush()
        assert len(fake.keys("dunnage-p1/")) == packs
    assert job(fake, units("same", size=50_000))[0] == 1


def test_what_was_collected_is_given_back(fake: GhaService) -> None:
    with opened(fake) as backend:
        for number in range(3):
            units(number)[0].put(backend)
            backend.flush()
            assert backend._collected.take() == ([], [])
    listed = newest(fake)
    assert len(listed.packs) == 3
    assert all(where.idle == 0 for where in listed.blobs.values())
