"""Single flight: who leads, who follows and for how long; and then whole sessions, interleaved by events."""

import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.engine.engine import Engine
from dunnage.engine.flight import FlightKey, Flights, flight_key
from dunnage.engine.subject import Missed, Subject
from dunnage.model.digest import ActionKey
from dunnage.model.outcome import Result
from dunnage.model.unit import Input
from dunnage.model.view import Run, StatRecord, ViewGone
from dunnage.store.store import Store
from support.crates import Crate, crate
from support.stores import Clock
from support.subjects import subject_of, written
from support.units import LocalView

KEY = ("a unit",)
WAIT_S = 60  # only ever a hang


@pytest.fixture
def clock() -> Clock:
    return Clock(0.0)


@pytest.fixture
def flights(clock: Clock) -> Flights:
    return Flights(clock, look_s=0)


def nobody() -> None:
    raise AssertionError("nobody is asked where nothing is waited for")


# --- flights --------------------------------------------------------------------------------------


def test_one_leads_until_it_has_landed(flights: Flights) -> None:
    flight = flights.lead(KEY)
    assert flight is not None
    assert flights.lead(KEY) is None
    assert flights.lead(("another unit",)) is not None
    flights.land(flight)
    assert flights.lead(KEY) is not None


def test_nobody_is_waited_for(flights: Flights) -> None:
    flights.follow(KEY, nobody)
    flight = flights.lead(KEY)
    assert flight is not None
    flights.land(flight)
    flights.follow(KEY, nobody)


def test_a_follower_waits_until_the_leader_has_landed(flights: Flights) -> None:
    flight = flights.lead(KEY)
    assert flight is not None
    asked: list[int] = []

    def ask() -> None:
        asked.append(len(asked))
        if len(asked) == 3:
            flights.land(flight)

    flights.follow(KEY, ask)
    assert asked == [0, 1, 2]


def test_a_follower_whose_client_went_away_stops_at_once(flights: Flights) -> None:
    assert flights.lead(KEY) is not None

    def ask() -> None:
        raise ViewGone("client-gone")

    with pytest.raises(ViewGone):
        flights.follow(KEY, ask)
    assert flights.lead(KEY) is None  # the leader goes on


def test_no_follower_waits_for_a_flight_that_takes_too_long(flights: Flights, clock: Clock) -> None:
    assert flights.lead(KEY) is not None
    clock.now = limits.FLIGHT_WAIT_S - 0.5
    asked: list[float] = []

    def ask() -> None:
        asked.append(clock.now)
        clock.now += 0.25

    flights.follow(KEY, ask)
    assert asked == [limits.FLIGHT_WAIT_S - 0.5, limits.FLIGHT_WAIT_S - 0.25]


def test_another_may_lead_beside_one_that_takes_too_long(flights: Flights, clock: Clock) -> None:
    slow = flights.lead(KEY)
    assert slow is not None
    clock.now = limits.FLIGHT_WAIT_S
    fresh = flights.lead(KEY)
    assert fresh is not None
    flights.land(slow)
    assert flights.lead(KEY) is None  # the fresh one is still aloft
    flights.land(fresh)
    assert flights.lead(KEY) is not None


def test_who_looked_before_another_landed_is_told(flights: Flights) -> None:
    before, flight = flights.landings, flights.lead(KEY)
    assert flight is not None
    assert not flights.landed_since(KEY, before)
    flights.land(flight)
    assert [flights.landed_since(KEY, since) for since in (before, flights.landings)] == [True, False]


def test_every_follower_is_released(flights: Flights) -> None:
    patient = Flights(look_s=WAIT_S)
    flight = patient.lead(KEY)
    assert flight is not None
    followers = [threading.Thread(target=patient.follow, args=(KEY, nobody)) for _ in range(8)]
    for follower in followers:
        follower.start()
    patient.land(flight)
    for follower in followers:
        follower.join(WAIT_S)
        assert not follower.is_alive()


def test_a_waiting_client_hears_of_us_before_it_gives_up() -> None:
    assert limits.FLIGHT_LOOK_S * 4 < limits.REPLY_TIMEOUT_S


# --- what is equal --------------------------------------------------------------------------------


def key_of(subject: Subject) -> FlightKey:
    return flight_key(subject, Missed("new"))


def registry_unit(place: Path, target: str = "target", **changes: object) -> Subject:
    """A crate from the registry, compiled for the workspace at `place`."""
    cwd = place.parent / "cargo/registry/src/index/dep-1.0.0"
    written(cwd / "src/lib.rs", "// dep")
    deps = f"{place}/{target}/debug/deps"
    return subject_of(
        cwd, inputs=(Input("source", f"{cwd}/src/lib.rs"),), out_dir=deps, **changes
    )  # fmt: skip


def member(place: Path) -> Subject:
    written(place / "src/lib.rs", "// member")
    return subject_of(place)


def test_a_new_unit_is_told_by_the_sizes_of_its_inputs(tmp_path: Path) -> None:
    before = key_of(member(tmp_path))
    assert key_of(member(tmp_path)) == before
    written(tmp_path / "src/lib.rs", "// longer than a member")
    assert key_of(subject_of(tmp_path)) != before


def test_a_unit_that_was_seen_is_told_by_its_contents(tmp_path: Path) -> None:
    one, other = member(tmp_path), member(tmp_path)
    one.looked = other.looked = ActionKey(b"a" * 32)
    assert key_of(one) == key_of(other)
    other.looked = ActionKey(b"b" * 32)
    assert key_of(one) != key_of(other)
    other.looked = None
    assert key_of(one) != key_of(other)


def test_options_are_told(tmp_path: Path) -> None:
    written(tmp_path / "src/lib.rs", "")
    assert key_of(subject_of(tmp_path)) != key_of(subject_of(tmp_path, language="c"))


def test_worktrees_share_what_comes_from_the_registry_and_nothing_of_their_own(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    assert key_of(registry_unit(one)) == key_of(registry_unit(other))
    assert key_of(member(one)) != key_of(member(other))


def test_what_is_known_to_be_bound_is_waited_for_at_the_same_places_only(tmp_path: Path) -> None:
    one, same, other = (registry_unit(tmp_path / name) for name in ("one", "one", "other"))
    bound = Missed("bound-elsewhere")
    assert flight_key(one, bound) == flight_key(same, bound)
    assert flight_key(one, bound) != flight_key(other, bound)


def test_what_a_macro_may_look_at_is_at_one_place(tmp_path: Path) -> None:
    one, other = (
        registry_unit(place, env_paths=(("OUT_DIR", f"{place}/target/x"),))
        for place in (tmp_path / "one", tmp_path / "other")
    )
    assert one.key == other.key
    assert key_of(one) != key_of(other)


# --- whole sessions -------------------------------------------------------------------------------


class Waiting(LocalView):
    """A view that tells when its session waits: then it is asked for nothing but its working directory."""

    def __init__(self, made: Crate, *more: str) -> None:
        super().__init__()
        self.invocation = made.invocation(*more)
        self.waits = threading.Event()
        self.gone = False

    def stat(self, paths: Sequence[str]) -> list[StatRecord]:
        assert self.invocation is not None
        if list(paths) == [self.invocation.cwd]:
            self.waits.set()
            if self.gone:
                raise ViewGone("client-gone")
        return super().stat(paths)


class Scene:
    """An engine, and sessions in threads of their own."""

    def __init__(self, store: Store) -> None:
        self.engine = Engine(store, flights=Flights(look_s=0.001))
        self.threads: list[threading.Thread] = []
        self.ended: dict[LocalView, Result | ViewGone] = {}

    def serve(self, view: LocalView) -> Result:
        assert view.invocation is not None
        return self.engine.serve(view, view.invocation)

    def begin(self, view: Waiting) -> None:
        """Start a session, and return when it waits."""

        def run() -> None:
            try:
                self.ended[view] = self.serve(view)
            except ViewGone as error:
                self.ended[view] = error

        thread = threading.Thread(target=run)
        self.threads.append(thread)
        thread.start()
        assert view.waits.wait(WAIT_S)

    def end(self, view: LocalView) -> tuple[str, str] | str:
        for thread in self.threads:
            thread.join(WAIT_S)
        ended = self.ended[view]
        return (str(ended.outcome), ended.reason) if isinstance(ended, Result) else type(ended).__name__


@pytest.fixture
def scene(store: Store) -> Iterator[Scene]:
    made = Scene(store)
    yield made
    assert not [thread for thread in made.threads if thread.is_alive()]


def leader(made: Crate, meanwhile: Callable[[], object]) -> LocalView:
    """A session during whose compile something happens."""
    view = made.view(made.invocation())
    view.while_compiling = lambda: meanwhile() and None
    return view


def test_equal_misses_compile_once(tmp_path: Path, scene: Scene) -> None:
    made = crate(tmp_path / "a", "pub fn one() -> u32 { let unused = 1; 1 }\n")
    followers = [Waiting(made) for _ in range(3)]
    outputs: dict[str, bytes] = {}

    def meanwhile() -> None:
        outputs.update(made.outputs())
        for view in followers:
            scene.begin(view)

    first = leader(made, meanwhile)
    result = scene.serve(first)
    assert (result.outcome, result.reason) == ("miss", "new")
    assert isinstance(first.ended, Run)
    for view in followers:
        assert scene.end(view) == ("hit", "shared")
        assert view.compiled == 0
        assert view.printed == (first.ended.stdout, first.ended.stderr)
    assert made.outputs() == outputs


def test_the_wall_time_of_a_shared_hit_has_the_wait_in_it(tmp_path: Path, scene: Scene) -> None:
    made = crate(tmp_path / "a")
    view = Waiting(made)
    waited_ns: list[int] = []

    def meanwhile() -> None:
        scene.begin(view)
        began = time.perf_counter_ns()
        subprocess.run(["rustc", "-vV"], check=True, capture_output=True)
        waited_ns.append(time.perf_counter_ns() - began)

    scene.serve(leader(made, meanwhile))
    scene.end(view)
    shared = scene.ended[view]
    assert isinstance(shared, Result)
    assert shared.wall_us >= waited_ns[0] // 1000


def test_a_changed_unit_is_shared_by_those_who_changed_it_alike(tmp_path: Path, scene: Scene) -> None:
    made = crate(tmp_path / "a")
    scene.serve(made.view(made.invocation()))
    made.write("src/lib.rs", "pub fn two() -> u32 { 2 }\n")
    view = Waiting(made)
    result = scene.serve(leader(made, lambda: scene.begin(view)))
    assert (result.outcome, result.reason) == ("miss", "inputs-changed")
    assert scene.end(view) == ("hit", "shared")


def test_a_leader_that_fails_leaves_its_followers_to_themselves(tmp_path: Path, scene: Scene) -> None:
    made = crate(tmp_path / "a", "fn broken( {\n")
    followers = [Waiting(made) for _ in range(2)]
    result = scene.serve(leader(made, lambda: [scene.begin(view) for view in followers]))
    assert (result.outcome, result.reason) == ("miss", "compile-failed")
    for view in followers:
        assert scene.end(view) == ("miss", "compile-failed")
        assert view.compiled == 1
        assert isinstance(view.ended, Run)
        assert view.ended.code == 1


def test_a_leader_that_goes_away(tmp_path: Path, scene: Scene) -> None:
    made = crate(tmp_path / "a")
    view = Waiting(made)

    def go() -> None:
        scene.begin(view)
        raise ViewGone("client-gone")

    with pytest.raises(ViewGone):
        scene.serve(leader(made, go))
    assert scene.end(view) == ("miss", "new")
    assert view.compiled == 1


def test_a_leader_that_could_not_store(tmp_path: Path, scene: Scene) -> None:
    made = crate(tmp_path / "a", "pub mod x;\n")
    module = made.write("src/x.rs", "")
    view = Waiting(made)

    def meanwhile() -> None:
        scene.begin(view)
        module.write_text("pub fn late() {}\n")

    result = scene.serve(leader(made, meanwhile))
    assert (result.outcome, result.reason) == ("miss", "input-changed")
    assert scene.end(view) == ("miss", "new")
    assert view.compiled == 1


def test_a_follower_that_goes_away_is_no_loss(tmp_path: Path, scene: Scene) -> None:
    made = crate(tmp_path / "a")
    view, patient = Waiting(made), Waiting(made)

    def meanwhile() -> None:
        scene.begin(view)
        scene.begin(patient)
        view.gone = True
        scene.threads[0].join(WAIT_S)

    assert scene.serve(leader(made, meanwhile)).reason == "new"
    assert scene.end(view) == "ViewGone"
    assert scene.end(patient) == ("hit", "shared")


def test_an_incremental_directory_that_the_leader_filled(tmp_path: Path, scene: Scene) -> None:
    made = crate(tmp_path / "a", options=["-C", f"incremental={tmp_path}/a/target/debug/incremental"])
    view, first = Waiting(made), made.view(made.invocation())
    compile_it = first.compile

    def compile_late(*_: object, **_more: object) -> Run:  # there is a session by now, and nobody waits
        scene.begin(view)
        return compile_it()

    first.compile = compile_late  # type: ignore[method-assign]
    assert scene.serve(first).reason == "new"
    assert scene.end(view) == ("uncacheable", "incremental")
    assert view.ended == "incremental"


def test_nobody_waits_where_the_store_fails(tmp_path: Path, scene: Scene, store: Store) -> None:
    made = crate(tmp_path / "a")
    store.close()
    view = Waiting(made)
    results = []
    first = leader(made, lambda: results.append(scene.serve(view)))
    results.append(scene.serve(first))
    assert [result.reason for result in results] == ["store-failed"] * 2
    assert not view.waits.is_set()
