"""Answers to the command line: documented JSON, and a failure is an answer, too."""

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from dunnage.daemon.answers import answer, other_version
from dunnage.daemon.conditions import Condition
from dunnage.errors import ConfigError, DunnageError, RemoteUnavailable, StoreError, VersionMismatch
from dunnage.model.outcome import Outcome, Result
from dunnage.store.store import Store


class Around:
    """A daemon's other half: a store that may not be there, and whether it was told to stop."""

    def __init__(self, store: Store | None) -> None:
        self._store = store
        self.stopped = self.settled = 0

    @property
    def store(self) -> Store:
        if self._store is None:
            raise StoreError("There is no store.")
        return self._store

    verify_reports: ClassVar = ["/reports/newest.txt"]

    def status(self) -> dict[str, Any]:
        return {"schema": 1, "running": True}

    def stop(self, drain_s: float | None = None) -> None:
        self.stopped += 1
        self.drain_s = drain_s

    def remotes(self) -> list[dict[str, Any]]:
        return [{"name": "file:///r"}]

    def remote_conditions(self) -> list[Condition]:
        problem = RemoteUnavailable("Nobody answers.", hint="Wait.")
        return [Condition("a", problem), Condition("b", problem), Condition("c", None, True, "so")]

    offer_problems: Sequence[DunnageError] = (ConfigError("It is taken.", hint="Take another."),)

    def settings(self) -> dict[str, str]:
        return {"size_max": "1 KiB"}

    def hurry(self) -> int:
        return 3

    def settle(self) -> None:
        self.settled += 1


@pytest.fixture
def around(tmp_path: Path) -> Iterator[Around]:
    store = Store.open(str(tmp_path / "store"), size_bytes_max=10**9, clock=time.time)
    yield Around(store)
    store.close()


def ask(around: Around, op: object, **arguments: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer(around, json.dumps({"op": op, **arguments}).encode()))
    return found


def test_status_has_the_size(around: Around) -> None:
    assert ask(around, "status") == {"schema": 1, "running": True, "size_bytes": 0}


def test_status_without_a_store_says_why() -> None:
    assert ask(Around(None), "status") == {
        "schema": 1, "running": True, "size_bytes": 0, "store_error": "There is no store.",
    }  # fmt: skip


def test_stats_count_and_begin_anew_when_told_to(around: Around) -> None:
    around.store.count(
        Result(outcome=Outcome.HIT, reason="local", name="serde", saved_us=2_000_000, wall_us=10)
    )
    around.store.count(Result(outcome=Outcome.MISS, reason="new", name="serde", wall_us=3_000_000))
    first = ask(around, "stats", zero=True)
    assert first["schema"] == 1
    assert first["outcomes"] == {"hit": 1, "miss": 1, "uncacheable": 0, "fallback": 0}
    assert first["store"] == {"size_bytes": 0, "size_bytes_max": 10**9, "actions": 0, "blobs": 0}
    assert first["verify_reports"] == ["/reports/newest.txt"]
    assert "units" not in first
    assert ask(around, "stats")["outcomes"] == {"hit": 0, "miss": 0, "uncacheable": 0, "fallback": 0}


def test_stats_by_unit(around: Around) -> None:
    around.store.count(Result(outcome=Outcome.HIT, reason="local", name="serde", saved_us=2_000_000))
    [unit] = ask(around, "stats", units=True)["units"]
    assert (unit["name"], unit["hits"], unit["misses"], unit["saved_s"]) == ("serde", 1, 0, 2.0)


def test_clear_and_trim_say_what_went(around: Around, tmp_path: Path) -> None:
    assert ask(around, "clear") == {"schema": 1, "removed_blobs": 0, "removed_bytes": 0}
    trimmed = ask(around, "trim", size_bytes_max=None)
    assert trimmed == {"schema": 1, "removed_blobs": 0, "removed_bytes": 0, "size_bytes": 0}
    assert ask(around, "trim", size_bytes_max=10)["size_bytes"] == 0


def test_stop(around: Around) -> None:
    assert ask(around, "stop") == {"schema": 1, "stopping": True}
    assert (around.stopped, around.drain_s) == (1, None)
    ask(around, "stop", drain_s=2)
    assert (around.stopped, around.drain_s) == (2, 2)


@pytest.mark.parametrize("op", ["stats", "explain", "drain", "clear", "trim"])
def test_answers_about_the_last_build_wait_for_it(around: Around, op: str) -> None:
    ask(around, op)
    assert around.settled == 1


@pytest.mark.parametrize("op", ["status", "settings", "remotes", "stop"])
def test_others_come_at_once(around: Around, op: str) -> None:
    ask(around, op)
    assert around.settled == 0


@pytest.mark.parametrize("op", ["stats", "clear", "trim"])
def test_without_a_store_the_failure_is_the_answer(op: str) -> None:
    error = ask(Around(None), op)["error"]
    assert (error["type"], error["message"], error["exit_code"]) == ("StoreError", "There is no store.", 40)


@pytest.mark.parametrize("op", ["dance", "", None, 7])
def test_what_is_not_known(around: Around, op: object) -> None:
    error = ask(around, op)["error"]
    assert (error["type"], error["exit_code"]) == ("UsageError", 2)
    assert repr(op) in error["message"]


@pytest.mark.parametrize("request_", [b"", b"{", b"[]", b"7", b'"stop"', b"\xff", b'{"op": []}'])
def test_what_is_no_request_is_answered_all_the_same(around: Around, request_: bytes) -> None:
    assert json.loads(answer(around, request_))["error"]["exit_code"] > 0
    assert around.stopped == 0


def test_a_bad_argument_is_answered(around: Around) -> None:
    assert ask(around, "trim", size_bytes_max="much")["error"]["type"]


def test_another_version_is_told_in_an_error() -> None:
    error = json.loads(other_version())["error"]
    assert (error["type"], error["exit_code"]) == ("VersionMismatch", VersionMismatch.exit_code)


def test_what_is_wrong_with_remotes(around: Around) -> None:
    nobody, taken = (
        {"message": "Nobody answers.", "hint": "Wait."},
        {"message": "It is taken.", "hint": "Take another."},
    )
    assert ask(around, "remotes") == {
        "schema": 1,
        "problems": [nobody, taken],
        "remotes": [
            {"name": "a", "writes": False, "why": "", "problem": nobody},
            {"name": "b", "writes": False, "why": "", "problem": nobody},
            {"name": "c", "writes": True, "why": "so", "problem": None},
        ],
        "offer": [taken],
    }
    around.offer_problems = ()
    answer = ask(around, "remotes")
    assert (answer["problems"], answer["offer"]) == ([nobody], [])


def test_the_settings_that_it_goes_by(around: Around) -> None:
    assert ask(around, "settings") == {"schema": 1, "settings": {"size_max": "1 KiB"}}


def test_what_is_still_to_be_sent(around: Around) -> None:
    assert ask(around, "drain") == {"schema": 1, "waiting": 3, "remotes": [{"name": "file:///r"}]}
    assert ask(around, "stats")["remotes"] == [{"name": "file:///r"}]
