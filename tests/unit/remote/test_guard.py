"""A guard in front of a remote in every kind of trouble, with a clock that stands still."""

from collections.abc import Callable

import pytest

from dunnage.errors import RemoteBusy, RemoteDamaged, RemoteError, RemoteRefused, RemoteUnavailable
from dunnage.remote import limits
from dunnage.remote.contract import Backend, Record
from dunnage.remote.guard import Guard
from support.remotes.machines import Troubled
from support.remotes.things import blob, fetched, name
from support.stores import Clock


class Scene:
    """A guard with its remote, and the pauses that it made."""

    def __init__(self) -> None:
        self.clock = Clock(0.0)
        self.remote = Troubled()
        self.pauses: list[float] = []
        self.guard = Guard(
            "the remote", self.remote, clock=self.clock, pause=self.pauses.append, chance=lambda: 0.5
        )


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_it_keeps_the_contract(scene: Scene) -> None:
    guard: Backend = scene.guard
    wanted, data = name(), b"data"
    guard.check()
    guard.put_blobs([blob(data)])
    guard.put_records([Record(wanted, b"body", (blob(data).name,))])
    guard.flush()
    assert guard.get_records([wanted]) == {wanted: b"body"}
    assert guard.missing([blob(data).name]) == []
    assert fetched(guard, [blob(data).name]) == {blob(data).name: data}
    guard.doubt([blob(data).name])
    assert guard.missing([blob(data).name]) == [blob(data).name]
    assert guard.traits == scene.remote.traits


def fails(scene: Scene, *errors: RemoteError) -> None:
    """Fail with these, one after the other, and then no more."""
    left = list(errors)

    def raise_or_not() -> Exception:
        error = left.pop(0)
        if not left:
            scene.remote.failing = None
        return error

    scene.remote.failing = raise_or_not


def test_what_is_unavailable_is_tried_again(scene: Scene) -> None:
    fails(scene, RemoteUnavailable("Away."), RemoteUnavailable("Still away."))
    assert scene.guard.get_records([name()]) == {}
    assert len(scene.remote.asked) == 3
    assert scene.pauses == [0.2, 0.4]
    assert scene.guard.trouble == ""


def test_it_is_not_tried_for_ever(scene: Scene) -> None:
    scene.remote.failing = lambda: RemoteUnavailable("Away.")
    with pytest.raises(RemoteUnavailable):
        scene.guard.get_records([name()])
    assert len(scene.remote.asked) == limits.REMOTE_TRIES_MAX
    assert scene.guard.trouble == "Away."


@pytest.mark.parametrize("error", [RemoteRefused, RemoteDamaged])
def test_what_another_try_does_not_help_is_not_tried_again(scene: Scene, error: type[RemoteError]) -> None:
    scene.remote.failing = lambda: error("No.")
    with pytest.raises(error):
        scene.guard.put_records([Record(name(), b"")])
    assert len(scene.remote.asked) == 1


def test_blobs_are_not_fetched_again(scene: Scene) -> None:
    scene.guard.put_blobs([blob(b"x")])
    scene.remote.asked.clear()
    scene.remote.failing = lambda: RemoteUnavailable("Away.")
    fetch: Callable[[], object] = lambda: scene.guard.missing([blob(b"x").name])  # noqa: E731
    with pytest.raises(RemoteUnavailable):
        fetch()
    assert scene.remote.asked == ["missing"] * limits.REMOTE_TRIES_MAX


@pytest.mark.parametrize(
    ("says_s", "alone_s"), [(30.0, 30.0), (None, limits.REMOTE_ALONE_S), (1e9, limits.REMOTE_ALONE_S_MAX)]
)
def test_one_that_is_busy_is_left_alone(scene: Scene, says_s: float | None, alone_s: float) -> None:
    fails(scene, RemoteBusy("Too much.", retry_after_s=says_s))
    for _ in range(3):
        with pytest.raises(RemoteBusy) as caught:
            scene.guard.get_records([name()])
    assert len(scene.remote.asked) == 1
    assert caught.value.retry_after_s == alone_s
    assert scene.guard.patience_s == 0
    scene.clock.now += alone_s
    assert scene.guard.get_records([name()]) == {}
    assert scene.guard.patience_s == limits.REMOTE_VAIN_S_MAX


def test_waiting_in_vain_opens_the_breaker_and_a_look_closes_it(scene: Scene) -> None:
    guard = scene.guard
    guard.waited_in_vain(1.5)
    assert guard.patience_s == pytest.approx(0.5)
    assert not guard.is_due
    guard.waited_in_vain(0.5)
    assert guard.patience_s == 0
    assert not guard.is_due
    scene.clock.now += limits.REMOTE_LOOK_AGAIN_S
    assert guard.is_due
    assert not guard.is_due, "one of those who ask"
    scene.remote.failing = lambda: RemoteUnavailable("Away.")
    guard.look()
    assert guard.patience_s == 0
    assert guard.trouble == "Away."
    scene.clock.now += limits.REMOTE_LOOK_AGAIN_S
    scene.remote.failing = None
    assert guard.is_due
    guard.look()
    assert guard.patience_s == limits.REMOTE_VAIN_S_MAX
    assert guard.trouble == ""


def test_what_came_in_time_gives_patience_back(scene: Scene) -> None:
    scene.guard.waited_in_vain(1.0)
    scene.guard.was_of_use()
    assert scene.guard.patience_s == limits.REMOTE_VAIN_S_MAX


def test_a_check_that_fails_is_kept_in_mind(scene: Scene) -> None:
    scene.remote.failing = lambda: RemoteRefused("Who are you?")
    with pytest.raises(RemoteRefused):
        scene.guard.check()
    assert scene.guard.trouble == "Who are you?"
    scene.remote.failing = None
    scene.guard.check()
    assert scene.guard.trouble == ""


def test_an_answer_that_is_no_use_does_not(scene: Scene) -> None:
    """Else one whose records come at once, and whose blobs come late, would be waited for by every unit."""
    scene.guard.waited_in_vain(1.0)
    scene.guard.get_records([name()])
    scene.guard.put_blobs([blob(b"x")])
    assert scene.guard.patience_s == pytest.approx(limits.REMOTE_VAIN_S_MAX - 1.0)
    scene.guard.waited_in_vain(1.0)
    scene.guard.was_of_use()
    assert scene.guard.patience_s == 0, "what comes after the breaker opened was asked before"


def test_a_closed_one_does_not_pause() -> None:
    remote = Troubled()
    guard = Guard("the remote", remote)
    guard.close()
    remote.failing = lambda: RemoteUnavailable("Away.")
    with pytest.raises(RemoteUnavailable):
        guard.get_records([name()])
    assert len(remote.asked) == 1
