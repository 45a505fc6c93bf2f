"""Manifests from manifests."""

from dunnage.remote import limits
from dunnage.remote.contract import Record, RecordName
from dunnage.remote.gha import compose
from dunnage.remote.gha.compose import Used
from dunnage.remote.gha.manifest import Kept, Manifest, Pack, Where
from support.remotes.things import name_of

A, B, C = (name_of(text) for text in (b"a", b"b", b"c"))
ONE, TWO = RecordName("action", bytes(32)), RecordName("unit", bytes([1]) * 32)
PACKS = {"old": Pack("old", 100, 1), "new": Pack("new", 50, 2)}
THERE = Manifest(
    PACKS,
    {A: Where("old", 8, 10, 3), B: Where("old", 30, 20, 0), C: Where("new", 8, 40, 5)},
    {ONE: Kept(b"one", (A,), 2), TWO: Kept(b"two", (), 7)},
)
NOTHING = Used((), ())


def test_what_was_used_is_idle_for_no_job() -> None:
    aged = compose.aged(THERE, Used([B], [ONE]), 1)
    assert {name: where.idle for name, where in aged.blobs.items()} == {A: 0, B: 0, C: 6}, (
        "A is of a record that was used"
    )
    assert {name: kept.idle for name, kept in aged.records.items()} == {ONE: 0, TWO: 8}
    assert compose.aged(THERE, NOTHING, 0) == THERE
    assert compose.aged(THERE, Used([], [RecordName("unit", bytes(32))]), 0) == THERE


def test_hot_is_what_jobs_used_lately() -> None:
    assert limits.GHA_HOT_JOBS == 4
    assert compose.hot_bytes(THERE) == {"old": 30, "new": 0}


def test_records_replace_others() -> None:
    after = compose.with_records(THERE, [Record(ONE, b"again", (B,))])
    assert after.records == {ONE: Kept(b"again", (B,)), TWO: THERE.records[TWO]}


def test_packs_that_are_not_kept_take_their_blobs_with_them() -> None:
    moved = {A: Where("made", 8, 10)}
    after = compose.repacked(THERE, {"new"}, [Pack("made", 70, 3)], moved)
    assert after.blobs == {A: moved[A], C: THERE.blobs[C]}
    assert list(after.packs) == ["new", "made"]
    assert compose.repacked(THERE, {"new"}, [], {C: Where("elsewhere", 1, 1)}).packs == {}


def test_records_of_no_use_are_not_saved() -> None:
    without = Manifest(PACKS, {B: THERE.blobs[B]}, THERE.records)
    assert set(compose.saved(without).records) == {TWO}
    old = Manifest(records={TWO: Kept(b"two", (), limits.GHA_IDLE_JOBS_MAX)})
    assert compose.saved(old).records == {}


def test_the_oldest_packs_are_left_out() -> None:
    assert compose.within(THERE, 150) is THERE
    assert set(compose.within(THERE, 149).packs) == {"new"}
    assert set(compose.within(THERE, 149).blobs) == {C}
    assert compose.within(THERE, 10).packs == {}


def test_what_was_used_survives_somebody_elses_manifest() -> None:
    newest = Manifest({"new": PACKS["new"]}, {C: Where("new", 8, 40, 0)}, {TWO: Kept(b"theirs")})
    joined = compose.joined(newest, THERE, Used([A], [ONE, TWO]))
    assert joined.blobs == {A: THERE.blobs[A], C: newest.blobs[C]}
    assert joined.packs == PACKS
    assert joined.records == {ONE: THERE.records[ONE], TWO: Kept(b"theirs")}
    assert compose.joined(newest, THERE, NOTHING) == newest
