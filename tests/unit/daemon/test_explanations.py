"""Which sessions are explained, and what is said of those that have nothing to be compared with."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dunnage.daemon.explanations import explained, is_meant
from dunnage.model.entry import Account, Entry
from dunnage.model.outcome import Outcome, Result
from dunnage.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(str(tmp_path / "store"), size_bytes_max=10**9, clock=time.time)
    yield store
    store.close()


def miss(reason: str, *parts: tuple[str, str], stored: bool = True) -> Result:
    entry = Entry(parts=parts) if stored else None
    return Result(outcome=Outcome.MISS, reason=reason, name="a 1.0.0 (lib)", family="a a lib", entry=entry)


def sentences(store: Store, unit: str | None = None) -> list[str]:
    return [told["sentence"] for told in explained(store.accounts, unit)]


def test_nothing_is_kept(store: Store) -> None:
    assert explained(store.accounts, None) == []


def test_the_last_miss_or_else_the_last_that_was_no_hit(store: Store) -> None:
    store.count(Result(outcome=Outcome.FALLBACK, reason="busy"))
    [told] = explained(store.accounts, None)
    assert (told["outcome"], told["advice"]) == ("fallback", "Run fewer builds at once.")
    store.count(miss("new", ("edition", "2018")))
    store.count(Result(outcome=Outcome.UNCACHEABLE, reason="linked"))
    assert [told["outcome"] for told in explained(store.accounts, None)] == ["miss"]


def test_all_of_a_unit_the_newest_first(store: Store) -> None:
    store.count(miss("new", ("edition", "2018")))
    store.count(miss("new", ("edition", "2021")))
    store.count(miss("new", ("edition", "2021")))
    store.count(miss("evicted", ("edition", "2021")))
    store.count(miss("compile-failed", stored=False))
    assert sentences(store, "a") == [
        "the compiler reported errors; failures are never stored",
        "known, but its files were trimmed from the store",
        "nothing differs from the entry that it was compared with, whose result is not in the store any more",
        "`--edition` 2018 → 2021",
        "no unit like this was compiled before",
    ]


def test_an_entry_that_is_not_kept_any_more(store: Store) -> None:
    store.count(miss("inputs-changed", ("edition", "2018")))
    assert sentences(store)[0].endswith("nothing is kept any more of the entry to compare it with")


def test_a_reason_of_a_newer_dunnage(store: Store) -> None:
    store.count(miss("brand-new", stored=False))
    assert sentences(store) == ["brand-new"]


@pytest.mark.parametrize(
    ("unit", "meant"),
    [("my_crate", True), ("my-crate", True), ("my-pkg", True), ("my_crate@1.2.0", True), ("my-crate-1.2.0", True),
     ("my_crate 1.2.0", True), ("my_crate 1.2.0 (lib)", True), ("my_crate-abc", True), ("my", False), ("-", False)],
)  # fmt: skip
def test_who_is_meant(unit: str, meant: bool) -> None:
    account = Account(
        number=1, family="my-pkg my_crate lib", name="my_crate 1.2.0 (lib)", stem="my_crate-abc",
        outcome="miss", reason="new", detail="", ended_s=0,
    )  # fmt: skip
    assert is_meant(unit, account) is meant
