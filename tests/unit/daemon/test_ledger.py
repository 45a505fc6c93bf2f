"""The ledger: outcomes wait while there is no store, and none is lost."""

import time
from pathlib import Path

import pytest

from dunnage.daemon.ledger import Ledger
from dunnage.errors import StoreError
from dunnage.model.outcome import Outcome, Result
from dunnage.store.store import Store

RESULT = Result(outcome=Outcome.HIT, reason="local")


def test_outcomes_wait_for_the_store(tmp_path: Path) -> None:
    place = tmp_path / "store"
    place.write_text("a file stands where the store should be")
    ledger = Ledger(lambda: Store.open(str(place), size_bytes_max=10**9, clock=time.time))
    ledger.count(RESULT)
    with pytest.raises(StoreError):
        _ = ledger.store
    place.unlink()
    ledger.count(RESULT)
    assert [row.sessions for row in ledger.store.counters().rows] == [2]
    ledger.close()


def test_closing_what_was_never_open(tmp_path: Path) -> None:
    ledger = Ledger(lambda: Store.open(str(tmp_path / "store"), size_bytes_max=10**9, clock=time.time))
    ledger.close()
    assert not (tmp_path / "store").exists()
