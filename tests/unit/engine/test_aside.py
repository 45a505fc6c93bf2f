"""What is left to the compiler: the client becomes it, or runs it with the words that all others get."""

from pathlib import Path

from dunnage.engine.aside import leave, step_aside
from dunnage.keys.digests import Digests
from dunnage.keys.toolchain import Toolchains
from dunnage.model.outcome import Outcome
from dunnage.model.unit import Uncacheable
from dunnage.model.view import Run
from dunnage.store.store import Store
from support.units import LocalView, unit_of

VERDICT = Uncacheable("incremental", "a session")


def test_the_client_becomes_the_compiler() -> None:
    view = LocalView()
    result = step_aside(view, VERDICT, "demo", "c")
    assert (result.outcome, result.reason, result.detail) == (Outcome.UNCACHEABLE, "incremental", "a session")
    assert (result.name, result.language) == ("demo", "c")
    assert view.ended == "incremental"


def test_a_unit_that_is_compiled_without_further_words(tmp_path: Path, store: Store) -> None:
    view, unit = LocalView(), unit_of(str(tmp_path))
    result = leave(view, unit, VERDICT, {}, Toolchains(Digests(store, lambda: 0)))
    assert (result.reason, result.name) == ("incremental", unit.name)
    assert view.ended == "incremental"
    assert view.compiled == 0


def test_a_unit_counts_under_its_language(tmp_path: Path, store: Store) -> None:
    view, unit = LocalView(), unit_of(str(tmp_path), language="c")
    result = leave(view, unit, Uncacheable("toolchain-unknown"), {}, Toolchains(Digests(store, lambda: 0)))
    assert (result.reason, result.language) == ("toolchain-unknown", "c")


def test_a_unit_of_portable_mode_gets_its_words(tmp_path: Path, store: Store) -> None:
    view, unit = LocalView(), unit_of(str(tmp_path), portable=True)
    result = leave(view, unit, VERDICT, {}, Toolchains(Digests(store, lambda: 0)))
    assert (result.outcome, result.reason, result.name) == (Outcome.UNCACHEABLE, "incremental", unit.name)
    assert view.compiled == 1
    assert isinstance(view.ended, Run)
