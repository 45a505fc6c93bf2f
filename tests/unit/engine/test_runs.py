"""The use case: a launcher's session from its verdict to its outcome, with a script of shell as the program."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dunnage.engine.engine import Engine
from dunnage.engine.flight import Flight, FlightKey, Flights
from dunnage.model.invocation import Invocation
from dunnage.model.outcome import REASONS, Outcome, Result
from dunnage.model.view import Run, StatRecord
from dunnage.store.store import Store
from dunnage.wire.seen import SeenKind
from support.noting import began, memory, note
from support.subjects import written
from support.units import LocalView

PROGRAM = "/memfd:build-script (deleted)"


class Launcher(LocalView):
    """A launcher whose program does what a test says, and is seen to."""

    def __init__(self, work: Callable[[], object] = lambda: None, *notes: bytes, **ending: Any) -> None:
        super().__init__()
        self.work, self.notes, self.ending = work, notes, ending

    def compile(self, noting: object = (), *, observing: bool = False) -> Run:
        self.compiled += 1
        assert observing
        self.work()
        run = Run(
            code=0, signal=0, stdout=b"cargo::warning=x\n", stderr=b"err", started_ns=1 << 62, wall_us=5_000_000,
            cpu_us=5, seen=memory(began(PROGRAM), *self.notes),
        )  # fmt: skip
        return replace(run, **self.ending)


@pytest.fixture
def invocation(tmp_path: Path) -> Invocation:
    """Run by cargo."""
    out = tmp_path / "target/debug/build/app-1/out"
    out.mkdir(parents=True)
    (tmp_path / "app").mkdir()
    env = {
        "OUT_DIR": str(out), "CARGO_MANIFEST_DIR": f"{tmp_path}/app", "TARGET": "host",
        "CARGO_PKG_NAME": "app", "CARGO_PKG_VERSION": "1.0.0",
    }  # fmt: skip
    return Invocation(program="/b", argv=["/b"], cwd=f"{tmp_path}/app", env=env, payload="ab" * 32)


def out_of(invocation: Invocation) -> Path:
    return Path(invocation.env["OUT_DIR"])


def how(result: Result) -> tuple[Outcome, str]:
    assert (result.outcome, result.reason) in REASONS
    assert result.language == "build script"
    return result.outcome, result.reason


def wipe(invocation: Invocation) -> None:
    for path in out_of(invocation).iterdir():
        path.unlink()


def test_a_run_and_its_replay(engine: Engine, invocation: Invocation) -> None:
    out = out_of(invocation)
    first = Launcher(lambda: written(out / "made", "made"), note(SeenKind.WROTE, str(out / "made")))
    result = engine.serve(first, invocation)
    assert how(result) == (Outcome.MISS, "new")
    assert (result.name, result.family) == ("app 1.0.0 (build script run)", "app app build script run")
    assert result.entry is not None
    assert first.ended is not None
    wipe(invocation)
    again = Launcher()
    result = engine.serve(again, invocation)
    assert how(result) == (Outcome.HIT, "local")
    assert result.saved_us > 4_000_000
    assert again.compiled == 0
    assert (out / "made").read_text() == "made"
    assert again.printed == (b"cargo::warning=x\n", b"err")
    assert os.listdir(out.parent) == ["out"]


def test_what_it_read_counts(engine: Engine, invocation: Invocation, tmp_path: Path) -> None:
    data = written(tmp_path / "app/data", "one")
    read = note(SeenKind.READ, str(data))
    assert how(engine.serve(Launcher(lambda: None, read), invocation)) == (Outcome.MISS, "new")
    assert how(engine.serve(Launcher(), invocation))[0] is Outcome.HIT
    written(data, "two")
    assert how(engine.serve(Launcher(lambda: None, read), invocation)) == (Outcome.MISS, "inputs-changed")
    written(data, "one")
    assert how(engine.serve(Launcher(), invocation))[0] is Outcome.HIT


def test_who_looked_a_moment_too_early_looks_again(
    engine: Engine, invocation: Invocation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its lookup and its lead the whole session of an equal run passes."""
    lead = Flights.lead
    passed: list[Result] = []

    def too_late(flights: Flights, key: FlightKey) -> Flight | None:
        monkeypatch.setattr(Flights, "lead", lead)
        passed.append(engine.serve(Launcher(), invocation))
        return flights.lead(key)

    monkeypatch.setattr(Flights, "lead", too_late)
    late = Launcher()
    assert how(engine.serve(late, invocation)) == (Outcome.HIT, "shared")
    assert late.compiled == 0
    assert how(passed[0]) == (Outcome.MISS, "new")


def test_another_place_is_another_run(engine: Engine, invocation: Invocation, tmp_path: Path) -> None:
    assert how(engine.serve(Launcher(), invocation)) == (Outcome.MISS, "new")
    elsewhere = tmp_path / "other/debug/build/app-1/out"
    elsewhere.mkdir(parents=True)
    moved = replace(invocation, env={**invocation.env, "OUT_DIR": str(elsewhere)})
    assert how(engine.serve(Launcher(), moved)) == (Outcome.MISS, "bound-elsewhere")
    assert how(engine.serve(Launcher(), moved))[0] is Outcome.HIT
    assert how(engine.serve(Launcher(), invocation))[0] is Outcome.HIT


@pytest.mark.parametrize(
    ("reason", "ending"),
    [
        ("run-failed", {"code": 3}),
        ("killed", {"code": 0, "signal": 9}),
        ("run-children", {"outlived": True}),
        ("output-too-large", {"stdout": None}),
        ("run-unobserved", {"seen": None}),
        ("run-unobserved", {"seen": b"nonsense"}),
        ("run-unobserved", {"seen": memory(began(PROGRAM), used=999)}),
        ("run-wrote", {"seen": memory(began(PROGRAM), note(SeenKind.WROTE, "/elsewhere"))}),
        ("run-clock", {"seen": memory(began(PROGRAM), note(SeenKind.UNSEEN, "clock"))}),
    ],
)
def test_what_is_not_stored(
    engine: Engine, invocation: Invocation, reason: str, ending: dict[str, Any]
) -> None:
    view = Launcher(lambda: None, **ending)
    assert how(engine.serve(view, invocation)) == (Outcome.MISS, reason)
    assert isinstance(view.ended, Run)
    assert how(engine.serve(Launcher(), invocation)) == (Outcome.MISS, "new")


@pytest.mark.parametrize(
    ("reason", "env"),
    [
        ("run-switched-off", {"DUNNAGE_REPLAY": "0"}),
        ("run-switched-off", {"DUNNAGE_OBSERVE": "0"}),
        ("run-switched-off", {"DUNNAGE_VERIFY": "1"}),
        ("run-by-hand", {"OUT_DIR": ""}),
    ],
)
def test_where_it_steps_aside(
    engine: Engine, invocation: Invocation, reason: str, env: dict[str, str]
) -> None:
    view = Launcher()
    result = engine.serve(view, replace(invocation, env={**invocation.env, **env}))
    assert how(result) == (Outcome.UNCACHEABLE, reason)
    assert view.ended == reason


def test_an_odd_digest(engine: Engine, invocation: Invocation) -> None:
    for payload in ("xy", "ab"):
        assert how(engine.serve(Launcher(), replace(invocation, payload=payload)))[1] == "run-by-hand"


def test_an_old_output_is_left_to_the_program(engine: Engine, invocation: Invocation) -> None:
    written(out_of(invocation) / "old", "")
    assert how(engine.serve(Launcher(), invocation)) == (Outcome.UNCACHEABLE, "run-old-output")


def test_what_was_trimmed_is_made_again(engine: Engine, store: Store, invocation: Invocation) -> None:
    out = out_of(invocation)

    def work() -> object:
        return written(out / "made", "made")

    engine.serve(Launcher(work), invocation)
    wipe(invocation)
    for path in Path(store.directory).rglob("*"):
        if path.is_file() and len(path.name) > 32:
            path.chmod(0o600)
            path.unlink()
    assert how(engine.serve(Launcher(work), invocation)) == (Outcome.MISS, "evicted")
    assert os.listdir(out.parent) == ["out"]


def in_job(invocation: Invocation, number: int) -> Invocation:
    """The same in another job of CI."""
    commit = f"{number:x}" * 40
    of_job = {"GITHUB_SHA": commit, "GITHUB_RUN_ID": f"{number}234567", "GITHUB_REF_NAME": f"branch{number}"}
    return replace(invocation, env={**invocation.env, **of_job})


def test_another_job_of_ci_hits(engine: Engine, invocation: Invocation) -> None:
    assert how(engine.serve(Launcher(), in_job(invocation, 1))) == (Outcome.MISS, "new")
    assert how(engine.serve(Launcher(), in_job(invocation, 2)))[0] is Outcome.HIT
    assert how(engine.serve(Launcher(), invocation))[0] is Outcome.HIT


@pytest.mark.parametrize(
    "notes", [note(SeenKind.ENV, "GITHUB_SHA"), began("/bin/sh", pid=7)], ids=["name", "shell"]
)
def test_where_somebody_may_have_asked_for_the_job_it_misses(
    engine: Engine, invocation: Invocation, notes: bytes
) -> None:
    assert how(engine.serve(Launcher(lambda: None, notes), in_job(invocation, 1))) == (Outcome.MISS, "new")
    assert how(engine.serve(Launcher(), in_job(invocation, 1)))[0] is Outcome.HIT
    assert how(engine.serve(Launcher(), in_job(invocation, 2))) == (Outcome.MISS, "inputs-changed")


@pytest.mark.parametrize("where", ["file", "stdout", "stderr"])
@pytest.mark.parametrize("text", ["12345678", "111111111"], ids=["run", "short commit"])
def test_where_the_job_shows_in_what_was_made_it_misses(
    engine: Engine, invocation: Invocation, where: str, text: str
) -> None:
    out = out_of(invocation)
    said = {where: f"made by {text}\n".encode()} if where != "file" else {}
    content = f"made by {text}" if where == "file" else "made"
    wrote = note(SeenKind.WROTE, str(out / "made"))
    work = Launcher(lambda: written(out / "made", content), wrote, **said)
    assert how(engine.serve(work, in_job(invocation, 1))) == (Outcome.MISS, "new")
    wipe(invocation)
    assert how(engine.serve(Launcher(), in_job(invocation, 2))) == (Outcome.MISS, "inputs-changed")
    wipe(invocation)
    assert how(engine.serve(Launcher(), in_job(invocation, 1)))[0] is Outcome.HIT


class Probing(Launcher):
    """One whose program starts a compiler, which asks for PWD. Counts batches of stats."""

    def __init__(self, invocation: Invocation, program: str = "/usr/bin/gcc") -> None:
        pwd = invocation.env.get("PWD", "/")
        looks = [note(SeenKind.LOOKED, path, pid=200) for path in (pwd, f"{invocation.cwd}/.")]
        super().__init__(lambda: None, began(program, pid=200), note(SeenKind.ENV, "PWD", pid=200), *looks)
        self.batches = 0

    def stat(self, paths: Sequence[str]) -> list[StatRecord]:
        self.batches += 1
        return super().stat(paths)


def with_pwd(invocation: Invocation, value: str | None) -> Invocation:
    return replace(invocation, env=invocation.env | ({} if value is None else {"PWD": value}))


def probed(engine: Engine, invocation: Invocation, program: str = "/usr/bin/gcc") -> tuple[Outcome, str]:
    return how(engine.serve(Probing(invocation, program), invocation))


@pytest.fixture
def gcc(tmp_path: Path) -> str:
    return str(written(tmp_path / "bin/gcc", "gcc"))


def test_pwd_that_leads_elsewhere_is_nothing_to_a_compiler(
    engine: Engine, invocation: Invocation, tmp_path: Path, gcc: str
) -> None:
    (tmp_path / "link").symlink_to("app")
    there, here = with_pwd(invocation, str(tmp_path)), with_pwd(invocation, f"{tmp_path}/link")
    assert probed(engine, there, gcc) == (Outcome.MISS, "new")
    for other in ("/usr", "/nowhere", invocation.cwd, "", None):
        assert probed(engine, with_pwd(invocation, other), gcc)[0] is Outcome.HIT, other
    assert probed(engine, here, gcc) == (Outcome.MISS, "inputs-changed")
    assert probed(engine, here, gcc)[0] is Outcome.HIT
    assert probed(engine, there, gcc)[0] is Outcome.HIT
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to("/usr")
    assert probed(engine, here, gcc)[0] is Outcome.HIT


def test_pwd_is_by_its_value_for_all_other_programs(
    engine: Engine, invocation: Invocation, tmp_path: Path
) -> None:
    git = str(written(tmp_path / "bin/git", "git"))
    assert probed(engine, with_pwd(invocation, "/usr"), git) == (Outcome.MISS, "new")
    assert probed(engine, with_pwd(invocation, "/"), git) == (Outcome.MISS, "inputs-changed")
    assert probed(engine, with_pwd(invocation, "/usr"), git)[0] is Outcome.HIT


def test_where_pwd_leads_costs_a_hit_no_question(engine: Engine, invocation: Invocation, gcc: str) -> None:
    there = with_pwd(invocation, "/usr")
    assert probed(engine, there, gcc) == (Outcome.MISS, "new")
    batches = []
    for value in (invocation.cwd, "/usr"):
        view = Probing(with_pwd(invocation, value), gcc)
        assert how(engine.serve(view, with_pwd(invocation, value)))[0] is Outcome.HIT
        batches.append(view.batches)
    assert batches[0] == batches[1]


def test_a_link_that_was_turned_while_it_ran(
    engine: Engine, invocation: Invocation, tmp_path: Path, gcc: str
) -> None:
    link = tmp_path / "link"
    link.symlink_to("app")
    view = Probing(with_pwd(invocation, str(link)), gcc)

    def turn() -> None:
        link.unlink()
        link.symlink_to("/usr")

    view.work = turn
    assert how(engine.serve(view, with_pwd(invocation, str(link)))) == (Outcome.MISS, "input-changed")
