"""How long a session waits, by a clock that goes by when it is told to."""

import threading

import pytest

from dunnage import limits
from dunnage.engine.patience import Patience, TooLate, begun
from dunnage.errors import RemoteUnavailable
from dunnage.model.view import ViewGone
from support.stores import Clock

WAIT_S = 60
"""Only ever a hang."""


def test_an_answer_in_time() -> None:
    patience = Patience(WAIT_S, lambda: None)
    assert patience.answer(lambda: 42) == 42
    assert patience.overdue_s == 0
    assert patience.waited_s <= patience.elapsed_s


def test_trouble_is_handed_on() -> None:
    def fail() -> None:
        raise RemoteUnavailable("Away.")

    with pytest.raises(RemoteUnavailable, match="Away"):
        Patience(WAIT_S, lambda: None).answer(fail)


def test_what_comes_after_the_deadline_is_not_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    clock, moving = Clock(0.0), threading.Event()

    def ask() -> None:
        assert moving.wait(WAIT_S)
        raise RemoteUnavailable("Broke off.")

    patience = Patience(2.0, lambda: None, clock)
    clock.now = 2.0
    with pytest.raises(TooLate):
        patience.answer(ask)
    (asking,) = (each for each in threading.enumerate() if each.name == "remote")
    assert (patience.elapsed_s, patience.waited_s, patience.overdue_s) == (2.0, 0.0, 0.0)
    with caplog.at_level("INFO"):
        moving.set()
        asking.join(WAIT_S)
    assert "did not come at all: Broke off." in caplog.text


def test_the_deadline_moves_and_what_is_beyond_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FLIGHT_LOOK_S", 0.01)
    clock, moving = Clock(0.0), threading.Event()

    def look() -> None:
        """The client is asked while it waits: as many seconds as that takes are its own."""
        clock.now += 3.0

    patience = Patience(2.0, look, clock)
    patience.lasts(5.0)
    with pytest.raises(TooLate):
        patience.answer(lambda: moving.wait(WAIT_S))
    moving.set()
    assert (patience.waited_s, patience.overdue_s) == (6.0, 1.0)


def test_a_client_that_went_away_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FLIGHT_LOOK_S", 0.01)
    moving = threading.Event()

    def gone() -> None:
        raise ViewGone("gone")

    with pytest.raises(ViewGone):
        Patience(WAIT_S, gone).answer(lambda: moving.wait(WAIT_S))
    moving.set()


def test_no_thread_to_ask_with(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoThread:
        def __init__(self, **_: object) -> None:
            raise RuntimeError("can't start new thread")

    monkeypatch.setattr("dunnage.engine.patience.threading.Thread", NoThread)
    with pytest.raises(RemoteUnavailable, match="no thread"):
        begun(lambda: 1).result()
