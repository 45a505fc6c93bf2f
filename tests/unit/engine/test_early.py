"""Early starts: who begins to compile before the toolchain is read, who waits for that, and what becomes of it."""

import subprocess
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from dunnage.engine.early import EarlyStarts, Start
from dunnage.engine.engine import Engine
from dunnage.engine.extras import Extras
from dunnage.engine.flight import Flights, flight_key
from dunnage.engine.subject import Missed
from dunnage.keys.digests import Digests
from dunnage.keys.toolchain import Opened, Told, Toolchain, Toolchains
from dunnage.model.action import ActionResult
from dunnage.model.digest import ActionKey, UnitKey
from dunnage.model.path_set import PathSet
from dunnage.model.unit import Link, Unit
from dunnage.model.view import Entry, StatRecord, ViewGone
from dunnage.store.store import Store
from support.crates import Crate, crate
from support.units import LocalView, record_at, unit_of

WAIT_S = 60  # only ever a hang
RESULT = ActionResult(
    outputs=(), dep_info=b"", stdout=b"", stderr=b"", bound=(), compile_us=1, created_s=0, unit_name="x"
)


class HeldUp(Toolchains):
    """Reads a toolchain only when it is let."""

    def __init__(self, digests: Digests) -> None:
        super().__init__(digests)
        self.let = threading.Event()

    def conclude(self, opened: Opened) -> Toolchain | None:
        assert self.let.wait(WAIT_S)
        return super().conclude(opened)


class Scene:
    """A crate, and everything that a start needs."""

    def __init__(self, directory: Path, store: Store, *, allowed: bool = True) -> None:
        self.crate: Crate = crate(directory / "demo")
        self.invocation = self.crate.invocation()
        self.store = store
        self.toolchains = HeldUp(Digests(store, lambda: 1 << 62))
        self.flights = Flights()
        self.early = EarlyStarts(self.toolchains, Extras(lambda: 1 << 62), self.flights, allowed=allowed)
        self.unit: Unit = unit_of(str(self.crate.directory), compiler=self.crate.rustc)

    def view(self) -> LocalView:
        return self.crate.view(self.invocation)

    def start(self, unit: Unit | None = None) -> Start | None:
        return self.early.start(self.view(), unit or self.unit, self.invocation.env, self.store)

    def read_ahead(self, view: LocalView | None = None) -> LocalView:
        """As after cargo's questions."""
        view = view or self.view()
        about = subprocess.run([self.crate.rustc, "-vV"], capture_output=True, text=True, check=True).stdout
        sysroot = self.crate.rustc.removesuffix("/bin/rustc")
        self.early.read_ahead(view, self.crate.rustc, Told(about, sysroot, None, 1 << 62))
        return view

    def let_who_waits_for(self, start: Start) -> None:
        """The toolchain is read as soon as somebody waits for that, and not before."""
        wait = start.known.wait

        def let(timeout: float | None = None) -> bool:
            self.toolchains.let.set()
            return wait(timeout)

        start.known.wait = let  # type: ignore[method-assign]


@pytest.fixture
def scene(tmp_path: Path, store: Store) -> Scene:
    return Scene(tmp_path, store)


def test_the_first_unit_of_an_empty_store_begins_without_its_key(scene: Scene) -> None:
    start = scene.start()
    assert start is not None
    assert not start.known.is_set()
    assert {item.path for item in scene.unit.inputs} < set(start.subject.records)
    scene.toolchains.let.set()
    assert start.missed() is None
    assert start.flight is not None
    assert start.flight.key == flight_key(start.subject, Missed("new"))
    assert scene.toolchains.recall(scene.view(), scene.unit, scene.invocation.env) is start.subject.toolchain
    scene.early.end(start)
    assert start.flight.landed.is_set()


def test_extra_inputs_count_for_the_first_unit_too(scene: Scene) -> None:
    scene.crate.write("dunnage.toml", '[[extra-inputs]]\nfiles = "data.txt"\nenv = "PATH"\n')
    data = scene.crate.write("data.txt", "one")
    start = scene.start()
    assert start is not None
    assert [item.role for item in start.subject.inputs] == ["source", "extra data.txt"]
    assert str(data) in start.subject.records
    assert dict(start.subject.unit.env)["PATH"] == scene.invocation.env["PATH"]
    scene.toolchains.let.set()
    scene.early.end(start)


def test_extra_inputs_that_are_not_understood_are_left_to_the_lookup(scene: Scene) -> None:
    scene.crate.write("dunnage.toml", "extra-inputs = 1\n")
    assert scene.start() is None


def test_whoever_comes_meanwhile_waits_for_the_key_and_looks_up_as_ever(scene: Scene) -> None:
    first = scene.start()
    assert first is not None
    scene.let_who_waits_for(first)
    assert scene.start() is None
    assert first.known.is_set()
    scene.early.end(first)
    assert scene.start() is None


def test_other_units_of_the_toolchain_begin_meanwhile(scene: Scene) -> None:
    first, other = scene.start(), scene.start(replace(scene.unit, name="other 1.0 (lib)"))
    assert first is not None
    assert other is not None
    assert not other.known.is_set()
    scene.toolchains.let.set()
    assert (first.missed(), other.missed()) == (None, None)
    assert other.subject.toolchain == first.subject.toolchain
    # As far as a key tells, they are one and the same: the first leads, and nobody waits for the other.
    assert (first.flight is None) != (other.flight is None)
    scene.early.end(other)
    scene.early.end(first)
    assert scene.start(replace(scene.unit, name="third 1.0 (lib)")) is None


class Touched(LocalView):
    """A place where the toolchain is being installed."""

    def stat(self, paths: Sequence[str]) -> list[StatRecord]:
        return [record_at("/") if path.endswith("/rustc") else record_at(path) for path in paths]


@pytest.mark.parametrize("where", ["another target", "another container", "the toolchain has changed"])
def test_a_unit_with_another_toolchain_waits_until_that_one_is_known(scene: Scene, where: str) -> None:
    first = scene.start()
    assert first is not None
    unit = replace(scene.unit, name="other")
    view = scene.view()
    if where == "another target":
        unit = replace(unit, target="wasm32-unknown-unknown")
    elif where == "another container":
        view = LocalView(namespace=2)
    else:
        view = Touched()
    scene.let_who_waits_for(first)
    assert scene.early.start(view, unit, scene.invocation.env, scene.store) is None
    assert first.known.is_set()
    scene.early.end(first)


def test_only_what_a_linker_has_no_part_in(scene: Scene) -> None:
    linked = unit_of(str(scene.crate.directory), compiler=scene.crate.rustc, link=Link(driver="cc"))
    assert scene.start(linked) is None
    scene.toolchains.let.set()
    assert scene.start() is not None


def test_a_store_with_anything_in_it_is_asked_first(scene: Scene) -> None:
    scene.store.add(UnitKey(bytes(32)), PathSet(), ActionKey(bytes(32)), RESULT)
    assert scene.start() is None


def test_a_store_that_cannot_say_is_asked_as_ever(scene: Scene) -> None:
    scene.store.close()
    assert scene.start() is None


def test_a_compiler_that_is_none_is_left_to_the_lookup(scene: Scene) -> None:
    assert scene.start(unit_of(str(scene.crate.directory), compiler="/nowhere/rustc")) is None


def test_a_toolchain_that_changes_while_it_is_read_stores_nothing(
    tmp_path: Path, engine: Engine, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Toolchains, "conclude", lambda toolchains, opened: opened.read() and None)
    made = crate(tmp_path / "a")
    invocation = made.invocation()
    result = engine.serve(made.view(invocation), invocation)
    assert (result.outcome, result.reason, result.detail) == ("miss", "input-changed", made.rustc)
    assert sorted(made.outputs()) == ["demo-1.d", "libdemo-1.rlib", "libdemo-1.rmeta"]
    assert store.size().actions == 0


def test_a_toolchain_is_read_before_its_first_unit_comes(scene: Scene) -> None:
    scene.toolchains.let.set()
    asked = scene.read_ahead()
    assert any("librustc_driver" in path for path in asked.opened)
    first = scene.view()
    start = scene.early.start(first, scene.unit, scene.invocation.env, scene.store)
    if start is not None:  # it came before all was read
        scene.early.end(start)
    assert (first.asked, [path for path in first.opened if "librustc_driver" in path]) == ([], [])
    known = scene.toolchains.recall(first, scene.unit, scene.invocation.env)
    assert known is not None
    assert known == Toolchains(Digests(scene.store, lambda: 1 << 62)).identify(
        scene.view(), scene.unit, scene.invocation.env
    )


def test_units_begin_while_what_cargo_asked_about_is_read(scene: Scene) -> None:
    scene.read_ahead()
    first, other = scene.start(), scene.start(replace(scene.unit, name="other"))
    assert first is not None
    assert other is not None
    scene.toolchains.let.set()
    assert (first.missed(), other.missed()) == (None, None)
    scene.early.end(first)
    scene.early.end(other)


@pytest.mark.parametrize("because", ["there are remotes", "the store has something", "of a linker"])
def test_whoever_may_not_begin_waits_for_what_is_read_ahead(
    tmp_path: Path, store: Store, because: str
) -> None:
    scene = Scene(tmp_path, store, allowed=because != "there are remotes")
    unit = scene.unit
    if because == "the store has something":
        store.add(UnitKey(bytes(32)), PathSet(), ActionKey(bytes(32)), RESULT)
    elif because == "of a linker":
        unit = replace(unit, link=Link(driver="cc"))
    scene.read_ahead()
    found: list[Start | None] = []
    coming = threading.Thread(target=lambda: found.append(scene.start(unit)))
    coming.start()
    scene.toolchains.let.set()
    coming.join(WAIT_S)
    assert found == [None]
    assert scene.toolchains.recall(scene.view(), unit, scene.invocation.env) is not None


def test_one_toolchain_at_a_time_and_none_that_is_known(scene: Scene) -> None:
    scene.read_ahead()
    assert scene.read_ahead().opened == []
    scene.toolchains.let.set()
    assert scene.start(replace(scene.unit, link=Link(driver="cc"))) is None  # it has waited
    assert scene.read_ahead().opened == []
    assert any("librustc_driver" in path for path in scene.read_ahead(LocalView(namespace=2)).opened)


def test_of_what_is_known_by_its_stats_nothing_is_read(scene: Scene) -> None:
    """As after a daemon's end: its store knows the digests."""
    before = Toolchains(Digests(scene.store, lambda: 1 << 62))
    known = before.identify(scene.view(), scene.unit, scene.invocation.env)
    scene.toolchains.let.set()
    assert not [path for path in scene.read_ahead().opened if "libstd-" in path]
    assert scene.start(replace(scene.unit, link=Link(driver="cc"))) is None  # it has waited
    assert scene.toolchains.recall(scene.view(), scene.unit, scene.invocation.env) == known


class Leaving(LocalView):
    """A client that goes away while it is asked."""

    def entries(self, path: str) -> list[Entry] | None:
        raise ViewGone("client-gone", path)


def test_a_client_that_goes_away_leaves_the_toolchain_to_the_next_one(scene: Scene) -> None:
    with pytest.raises(ViewGone):
        scene.read_ahead(Leaving())
    assert any("librustc_driver" in path for path in scene.read_ahead().opened)
    scene.toolchains.let.set()


def test_without_a_thread_nobody_waits_for_ever(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    scene.toolchains.let.set()
    store_alone = Toolchains(Digests(scene.store, lambda: 1 << 62))  # reads all without a pool of threads
    assert store_alone.identify(scene.view(), scene.unit, scene.invocation.env) is not None
    monkeypatch.setattr(threading.Thread, "start", start)
    scene.read_ahead()
    assert scene.toolchains.recall(scene.view(), scene.unit, scene.invocation.env) is not None
    assert scene.start(replace(scene.unit, name="another")) is None


def test_through_the_engine_it_is_a_miss_like_any_and_then_a_hit(
    tmp_path: Path, engine: Engine, store: Store
) -> None:
    made = crate(tmp_path / "a")
    invocation = made.invocation()
    view = made.view(invocation)
    sizes: list[int] = []
    view.while_compiling = lambda: sizes.append(store.size().actions)
    first = engine.serve(view, invocation)
    assert (first.outcome, first.reason, sizes) == ("miss", "new", [0])
    assert first.entry is not None
    outputs = made.outputs()
    made.wipe()
    again = engine.serve(made.view(invocation), invocation)
    assert (again.outcome, again.reason) == ("hit", "local")
    assert made.outputs() == outputs
