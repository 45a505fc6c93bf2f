"""Counters as documented JSON."""

from dunnage.daemon.numbers import documented, unit_document
from dunnage.store.reports import CounterRow, Counters, UnitRow


def test_everything_adds_up() -> None:
    counters = Counters(
        rows=(
            CounterRow("hit", "local", "rust", 3, 1_500_000, 900),
            CounterRow("miss", "new", "rust", 1, 0, 100),
            CounterRow("uncacheable", "linked", "rust", 2, 0, 0),
            CounterRow("fallback", "protocol", "c", 1, 0, 0),
        ),
        since_s=17,
    )
    document = documented(counters)
    assert document["outcomes"] == {"hit": 3, "miss": 1, "uncacheable": 2, "fallback": 1}
    assert document["reasons"] == {
        "hit": {"local": 3}, "miss": {"new": 1}, "uncacheable": {"linked": 2}, "fallback": {"protocol": 1},
    }  # fmt: skip
    assert document["languages"]["rust"] == {"hit": 3, "miss": 1, "uncacheable": 2, "fallback": 0}
    assert document["languages"]["c"]["fallback"] == 1
    assert document["hit_rate"] == 0.75
    assert document["time_saved_s"] == 1.5
    assert document["since"] == 17


def test_nothing_counted_yet() -> None:
    document = documented(Counters(rows=(), since_s=0))
    assert document["outcomes"] == {"hit": 0, "miss": 0, "uncacheable": 0, "fallback": 0}
    assert document["hit_rate"] is None


def test_one_reason_in_two_languages_is_one_number() -> None:
    rows = (CounterRow("hit", "local", "rust", 1, 0, 0), CounterRow("hit", "local", "c", 2, 0, 0))
    assert documented(Counters(rows, 0))["reasons"]["hit"] == {"local": 3}


def test_a_unit() -> None:
    assert unit_document(UnitRow("serde", 2, 1, 1_234_567, 2_000_000)) == {
        "name": "serde", "hits": 2, "misses": 1, "compile_s": 1.235, "saved_s": 2.0,
    }  # fmt: skip
