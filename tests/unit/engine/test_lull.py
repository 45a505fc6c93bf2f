"""A lull: who waits, who is called, and when; then whole sessions that are stored in one."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.engine.engine import Engine
from dunnage.engine.lull import Lull, Ticket
from dunnage.model.outcome import Result
from dunnage.model.view import Run
from dunnage.store.store import Store
from support.crates import Crate, crate
from support.stores import Clock

WAIT_S = 60  # only ever a hang


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lull(clock: Clock) -> Iterator[Lull]:
    found = Lull(cores=2, clock=clock)
    yield found
    found.end()


class Waiter:
    """Somebody who takes turns in a thread of its own."""

    def __init__(self, lull: Lull, done: list[str], name: str) -> None:
        self.ticket = Ticket()
        self._lull, self._done, self._name = lull, done, name
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()

    def _take(self) -> None:
        with self._lull.turn(self.ticket):
            self._done.append(self._name)

    def end(self) -> None:
        self._thread.join(WAIT_S)
        assert not self._thread.is_alive()

    @property
    def waits(self) -> bool:
        return self._thread.is_alive()


@contextmanager
def queue(lull: Lull, names: str) -> Iterator[tuple[list[str], list[Waiter]]]:
    """Some who wait in this order while a compiler runs, which ends when this is left."""
    done: list[str] = []
    with lull.compiling():
        waiters = []
        for name in names:
            waiters.append(Waiter(lull, done, name))
            until(lambda: len(lull._waiting) == len(waiters) or lull._is_over)
        yield done, waiters


def until(is_so: Callable[[], bool]) -> None:
    """Look until it is so: who is to wait has a thread of its own."""
    waiting = threading.Event()
    for _ in range(WAIT_S * 1000):
        if is_so():
            return
        waiting.wait(0.001)
    raise AssertionError("it never came to be so")


def test_nobody_waits_where_no_compiler_runs(lull: Lull) -> None:
    with lull.turn(Ticket()):
        pass


def test_all_are_called_in_their_order_when_it_has_been_calm_for_a_moment(lull: Lull, clock: Clock) -> None:
    with queue(lull, "abc") as (done, waiters):
        assert done == []
    assert done == []
    clock.now += limits.LULL_REST_S
    for waiter in waiters:
        waiter.end()
    assert done == ["a", "b", "c"]


def test_a_moment_between_two_compilers_is_no_lull(lull: Lull, clock: Clock) -> None:
    with queue(lull, "a") as (done, waiters):
        pass
    with lull.compiling():
        clock.now += limits.LULL_REST_S
        waiters[0].ticket.call.set()  # it looks, and finds a compiler
        until(lambda: not waiters[0].ticket.call.is_set())
        assert waiters[0].waits
    assert done == []
    clock.now += limits.LULL_REST_S
    waiters[0].end()


@pytest.mark.parametrize(("cores", "compilers"), [(1, 0), (2, 0), (3, 1), (4, 1), (16, 7)])
def test_few_compilers_have_more_than_two_cores_each(clock: Clock, cores: int, compilers: int) -> None:
    lull = Lull(cores, clock)
    with ExitStack() as running:
        for _ in range(compilers):
            running.enter_context(lull.compiling())
        with lull.turn(Ticket()):
            pass
        with queue(lull, "a") as (done, waiters):
            assert done == []
            waiters[0].ticket.want()
            waiters[0].end()


def test_who_is_wanted_goes_first(lull: Lull) -> None:
    with queue(lull, "abc") as (done, waiters):
        waiters[1].ticket.want()
        waiters[1].end()
        assert done == ["b"]
        lull.call_all()
        waiters[0].end()
        waiters[2].end()
    assert sorted(done) == ["a", "b", "c"]


def test_who_was_wanted_before_does_not_wait(lull: Lull) -> None:
    ticket = Ticket()
    ticket.want()
    with lull.compiling(), lull.turn(ticket):
        pass


def test_nobody_waits_at_the_end(lull: Lull) -> None:
    with queue(lull, "ab") as (_, waiters):
        lull.end()
        for waiter in waiters:
            waiter.end()
        with lull.turn(Ticket()):
            pass


def test_too_many_do_not_wait(lull: Lull, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LULL_TICKETS_MAX", 2)
    done: list[str] = []
    with lull.compiling():
        first, second = Waiter(lull, done, "a"), None
        until(lambda: len(lull._waiting) == 1)
        second = Waiter(lull, done, "b")
        until(lambda: len(lull._waiting) == 2)
        third = Waiter(lull, done, "c")
        first.end()
        assert done == ["a"]
        assert second.waits
        assert third.waits
        lull.call_all()


def test_one_more_than_too_many_may_be_wanted_itself(lull: Lull, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LULL_TICKETS_MAX", 0)
    ticket = Ticket()
    ticket.want()
    with lull.compiling(), lull.turn(ticket):
        assert list(lull._waiting) == [ticket]
    assert not lull._waiting


def test_nobody_waits_for_ever(lull: Lull, clock: Clock) -> None:
    with queue(lull, "ab") as (_, waiters):
        clock.now += limits.LULL_WAIT_S
        waiters[0].ticket.call.set()
        for waiter in waiters:
            waiter.end()  # the second is called by the first


def test_a_compiler_that_fails_runs_no_more(lull: Lull) -> None:
    with pytest.raises(ValueError, match="a client left"), lull.compiling():
        raise ValueError("a client left")
    assert lull._compiling == 0


# --- sessions -------------------------------------------------------------------------------------


class Session(threading.Thread):
    """A whole session; `gone` is set when its client has gone."""

    def __init__(self, engine: Engine, made: Crate, *more: str) -> None:
        super().__init__(daemon=True)
        self.gone = threading.Event()
        self.result: Result | None = None
        self._engine, self._invocation = engine, made.invocation(*more)
        self.view = made.view(self._invocation)

    def run(self) -> None:
        self.result = self._engine.serve(self.view, self._invocation, self.gone.set)

    def ended(self) -> str:
        self.join(WAIT_S)
        assert self.result is not None
        return f"{self.result.outcome} {self.result.reason}"


def begun(engine: Engine, made: Crate, *more: str) -> Session:
    session = Session(engine, made, *more)
    session.start()
    assert session.gone.wait(WAIT_S)
    return session


@pytest.fixture
def engine(store: Store) -> Iterator[Engine]:
    found = Engine(store, lull=Lull(cores=2))
    yield found
    found.lull.end()


def test_a_new_library_is_stored_when_no_compiler_runs(tmp_path: Path, engine: Engine, store: Store) -> None:
    with engine.lull.compiling():  # another session's
        session = begun(engine, crate(tmp_path / "a"))
        until(lambda: len(engine.lull._waiting) == 1)
        assert store.size().actions == 0
    assert session.ended() == "miss new"
    assert store.size().actions == 1


def test_what_people_write_to_is_read_before(tmp_path: Path, engine: Engine) -> None:
    """An editor saves a source when the build is done, and goes back to it: what was compiled is there."""
    made = crate(tmp_path / "a")
    source = made.directory / "src/lib.rs"
    before = source.read_text()
    with engine.lull.compiling():
        session = begun(engine, made)
        until(lambda: len(engine.lull._waiting) == 1)
        source.write_text("pub fn other() {}\n")
    assert session.ended() == "miss new"
    source.write_text(before)
    assert begun_and_ended(engine, made) == "hit local"


def begun_and_ended(engine: Engine, made: Crate, *more: str) -> str:
    session = Session(engine, made, *more)
    session.start()
    return session.ended()


def test_a_library_that_is_wanted_is_stored_at_once(tmp_path: Path, engine: Engine) -> None:
    made = crate(tmp_path / "a")
    with engine.lull.compiling():
        first = begun(engine, made)
        until(lambda: len(engine.lull._waiting) == 1)
        assert begun_and_ended(engine, made) == "hit shared"
        assert first.ended() == "miss new"


def test_what_was_there_in_another_form_is_stored_at_once(tmp_path: Path, engine: Engine) -> None:
    made = crate(tmp_path / "a")
    assert begun_and_ended(engine, made) == "miss new"
    (made.directory / "src/lib.rs").write_text("pub fn other() {}\n")
    with engine.lull.compiling():
        assert begun_and_ended(engine, made) == "miss inputs-changed"


def test_a_program_is_stored_at_once(tmp_path: Path, engine: Engine) -> None:
    with engine.lull.compiling():
        assert begun_and_ended(engine, crate(tmp_path / "a"), "--crate-type", "cdylib") == "miss new"


def test_a_compile_counts_while_it_runs(tmp_path: Path, engine: Engine) -> None:
    made = crate(tmp_path / "a")
    session = Session(engine, made)
    seen: list[int] = []
    compile_ = session.view.compile

    def watched(*words: object, **more: object) -> Run:
        seen.append(engine.lull._compiling)
        return compile_(*words, **more)  # type: ignore[arg-type]

    session.view.compile = watched  # type: ignore[method-assign,assignment]
    session.start()
    assert session.ended() == "miss new"
    assert (seen, engine.lull._compiling) == ([1], 0)
