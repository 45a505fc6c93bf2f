from collections.abc import Iterator
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.errors import BlobMissing, StoreError
from dunnage.model.path_set import PathSet
from dunnage.store.blobs import Blobs
from dunnage.store.database import Database
from dunnage.store.layout import Layout
from dunnage.store.records import Records
from support.stores import Clock, action_key, paths_of, result_of, unit_key

HERE, THERE = (("root:workspace", "/here"),), (("root:workspace", "/there"),)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(str(tmp_path / "store"))


@pytest.fixture
def database(layout: Layout) -> Iterator[Database]:
    database = Database(layout)
    yield database
    database.close()


@pytest.fixture
def records(layout: Layout, database: Database) -> Records:
    return Records(layout, database, Blobs(layout, database), Clock())


def sql(records: Records, statement: str) -> None:
    with records._database.transaction() as c:
        c.execute(statement)


def test_a_result_is_found_by_its_keys(records: Records) -> None:
    result = result_of([])
    assert records.add(unit_key(1), paths_of(1), action_key(1), result) == 0
    assert records.path_sets(unit_key(1)) == [paths_of(1)]
    assert records.results(action_key(1)) == [result]
    assert records.path_sets(unit_key(2)) == []
    assert records.results(action_key(2)) == []


def test_bound_to_the_same_replaces_and_to_another_joins(records: Records) -> None:
    first, second = result_of([], bound=HERE, stderr=b"1"), result_of([], bound=HERE, stderr=b"2")
    third = result_of([], bound=THERE)
    for result in (first, second, third):
        records.add(unit_key(1), paths_of(1), action_key(1), result)
    assert records.results(action_key(1)) == [third, second]


def test_one_of_several_results_is_dropped(records: Records) -> None:
    here, there = result_of([], bound=HERE), result_of([], bound=THERE)
    for result in (here, there):
        records.add(unit_key(1), paths_of(1), action_key(1), result)
    records.drop(action_key(2), here)
    records.drop(action_key(1), here)
    assert records.results(action_key(1)) == [there]
    records.drop(action_key(1), there)
    assert records.results(action_key(1)) == []
    assert records.path_sets(unit_key(1)) == []


def test_a_hit_moves_to_the_front(records: Records) -> None:
    results = [result_of([], bound=bound) for bound in (HERE, THERE)]
    for number, result in enumerate(results):
        records.add(unit_key(1), paths_of(number), action_key(1), result)
    assert records.path_sets(unit_key(1)) == [paths_of(1), paths_of(0)]
    records.used(unit_key(1), paths_of(0), action_key(1), results[0])
    assert records.path_sets(unit_key(1)) == [paths_of(0), paths_of(1)]
    records.used(unit_key(1), paths_of(1), action_key(1), results[1])
    assert records.results(action_key(1)) == [results[1], results[0]]
    records.used(unit_key(1), paths_of(0), action_key(1), results[0])
    records.forget()
    records.flush()
    assert records.path_sets(unit_key(1)) == [paths_of(1), paths_of(0)]


def test_stamps_that_wait_are_bounded(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "USED_PENDING_MAX", 1)
    for number in range(3):
        records.add(unit_key(number), paths_of(number), action_key(number), result_of([]))
    for number in range(3):
        records.used(unit_key(number), paths_of(number), action_key(number), result_of([]))
    assert len(records._used_results) == 1


def test_order_that_cannot_be_written_does_not_stop_a_reader(records: Records) -> None:
    records.add(unit_key(1), paths_of(1), action_key(1), result_of([]))
    records.used(unit_key(1), PathSet(("\ud800",)), action_key(1), result_of([]))
    assert records.results(action_key(1)) == [result_of([])]


def test_the_longest_unused_goes_when_there_are_too_many(records: Records) -> None:
    for number in range(limits.PATH_SETS_PER_UNIT_MAX + 2):
        records.add(unit_key(1), paths_of(number), action_key(number), result_of([]))
    found = records.path_sets(unit_key(1))
    assert len(found) == limits.PATH_SETS_PER_UNIT_MAX
    assert found[-1] == paths_of(2)
    assert records.results(action_key(1)) == []  # Nobody would find it any more.
    for number in range(limits.VARIANTS_PER_ACTION_MAX + 2):
        records.add(
            unit_key(2), paths_of(1), action_key("x"), result_of([], bound=(("root:x", str(number)),))
        )
    results = records.results(action_key("x"))
    assert [result.bound[0][1] for result in results] == [str(n) for n in range(17, 1, -1)]


def test_a_path_set_goes_with_its_last_result(records: Records) -> None:
    records.add(unit_key(1), paths_of(1), action_key(1), result_of([]))
    records.add(unit_key(1), paths_of(2), action_key(1), result_of([]))
    assert records.path_sets(unit_key(1)) == [paths_of(2)]
    sql(records, "DELETE FROM results")
    assert records.path_sets(unit_key(1)) == []


def test_nothing_is_recorded_without_its_blobs(records: Records) -> None:
    with pytest.raises(BlobMissing):
        records.add(unit_key(1), paths_of(1), action_key(1), result_of([b"never put"]))
    assert records.path_sets(unit_key(1)) == []
    assert records.results(action_key(1)) == []


@pytest.mark.parametrize("table", ["path_sets", "results"])
def test_a_damaged_row_is_dropped(records: Records, table: str) -> None:
    records.add(unit_key(1), paths_of(1), action_key(1), result_of([]))
    sql(records, f"UPDATE {table} SET body = x'0011223344556677'")
    with pytest.raises(StoreError, match="damaged"):
        assert records.path_sets(unit_key(1)) != records.results(action_key(1))
    assert records.path_sets(unit_key(1)) == []
    assert records.results(action_key(1)) == []


def test_a_clock_that_goes_back_does_not_mix_up_the_order(layout: Layout, database: Database) -> None:
    clock = Clock(1000)
    for now in (1000, 500):
        clock.now = now
        records = Records(layout, database, Blobs(layout, database), clock)
        records.add(unit_key(1), paths_of(now), action_key(1), result_of([], bound=(("root:x", str(now)),)))
    assert [result.bound[0][1] for result in records.results(action_key(1))] == ["500", "1000"]


def test_no_place_to_record_in(tmp_path: Path, layout: Layout, records: Records) -> None:
    layout.base = str(tmp_path / "nowhere")
    with pytest.raises(StoreError, match="cannot be recorded"):
        records.add(unit_key(1), paths_of(1), action_key(1), result_of([]))
