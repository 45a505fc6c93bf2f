"""Answers to cargo's questions: real rustc is asked once, and again as soon as anything about it may have changed."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from dunnage.engine.engine import Engine
from dunnage.model.invocation import Invocation
from dunnage.model.view import STAT, StatRecord
from support.crates import Crate, crate
from support.units import LocalView, record_at

STDIN = "/proc/self/fd/0"
PROBE = (
    "-",
    "--crate-name",
    "___",
    "--print=file-names",
    "--crate-type",
    "lib",
    "--print=sysroot",
    "--print=cfg",
)


class Asking(LocalView):
    """A client whose stdin is `/dev/null`, as cargo's are; some records may be others."""

    def __init__(self, invocation: Invocation, instead: Mapping[str, StatRecord] | None = None) -> None:
        super().__init__()
        self.invocation = invocation
        self.instead = {STDIN: record_at("/dev/null"), **(instead or {})}

    def stat(self, paths: Sequence[str]) -> list[StatRecord]:
        return [self.instead.get(os.path.normpath(path)) or record_at(path) for path in paths]


class Scene:
    """An engine that has compiled one crate, so that it knows the toolchain."""

    def __init__(self, directory: Path, engine: Engine) -> None:
        self.engine = engine
        self.crate: Crate = crate(directory)
        self.asks: Invocation = self.question("-vV")

    def question(self, *words: str) -> Invocation:
        invocation = self.crate.invocation()
        return replace(invocation, argv=[self.crate.rustc, *words])

    def compile(self) -> None:
        invocation = self.crate.invocation()
        assert self.engine.serve(self.crate.view(invocation), invocation).outcome == "miss"

    def ask(
        self, asks: Invocation | None = None, instead: Mapping[str, StatRecord] | None = None
    ) -> LocalView:
        view = Asking(asks or self.asks, instead)
        assert self.engine.questions.serve(view, asks or self.asks)
        return view


@pytest.fixture
def scene(tmp_path: Path, engine: Engine) -> Scene:
    return Scene(tmp_path, engine)


def said(view: LocalView) -> bytes | None:
    """By the compiler, and then by memory."""
    if view.compiled:
        assert not isinstance(view.ended, str)
        return view.ended.stdout if view.ended is not None else None
    return view.printed[0] if view.printed is not None else None


@pytest.mark.parametrize("words", [("-vV",), PROBE])
def test_what_was_asked_before_the_toolchain_was_known_is_answered_afterwards(
    scene: Scene, words: Sequence[str]
) -> None:
    asks = scene.question(*words)
    first = scene.ask(asks)
    scene.compile()
    again = scene.ask(asks)
    assert (first.compiled, again.compiled) == (1, 0)
    assert said(first)
    assert said(again) == said(first)
    assert again.printed == (said(first), b"")


def test_without_a_known_toolchain_the_compiler_is_asked(scene: Scene) -> None:
    assert [scene.ask().compiled for _ in range(2)] == [1, 1]


def test_another_question_is_another_one(scene: Scene) -> None:
    scene.compile()
    scene.ask()
    assert scene.ask(scene.question(*PROBE)).compiled == 1
    assert scene.ask(replace(scene.asks, env={**scene.asks.env, "RUSTC_LOG": "off"})).compiled == 1
    assert scene.ask(replace(scene.asks, env={**scene.asks.env, "OTHER": "1"})).compiled == 0


@pytest.mark.parametrize("part", ["the program", "a library"])
def test_a_toolchain_that_changes_is_asked_again(scene: Scene, part: str) -> None:
    scene.ask()
    scene.compile()
    assert scene.ask().compiled == 0
    path = scene.crate.rustc
    if part == "a library":
        library = Path(scene.crate.rustc).parent.parent / "lib"
        path = os.fspath(next(library.glob("librustc_driver*")))
    assert scene.ask(instead={path: record_at("/bin/sh")}).compiled == 1


def test_an_answer_that_is_no_older_than_its_compiler_does_not_count(scene: Scene) -> None:
    """Somebody may have exchanged the compiler after it was asked, and before the first unit saw it."""
    now = list(STAT.unpack(record_at(scene.crate.rustc)))
    now[-1] = 1 << 62
    touched = {scene.crate.rustc: StatRecord(STAT.pack(*now))}
    scene.ask(instead=touched)
    invocation = scene.crate.invocation()
    scene.engine.serve(Asking(invocation, touched), invocation)
    assert scene.ask(instead=touched).compiled == 1


def test_a_compiler_that_may_read_its_input_is_left_alone(scene: Scene, tmp_path: Path) -> None:
    other = tmp_path / "stdin"
    other.write_text("")
    asks = scene.question(*PROBE)
    scene.ask(asks)
    scene.compile()
    view = scene.ask(asks, {STDIN: record_at(os.fspath(other))})
    assert (view.compiled, view.printed, view.ended) == (0, None, "not-a-compile")


def test_a_target_that_a_file_describes_is_left_alone(scene: Scene) -> None:
    scene.compile()
    asks = scene.question(*PROBE, "--target", "x86_64-unknown-linux-gnu")
    scene.ask(asks)
    assert scene.ask(asks).compiled == 0
    sysroot = Path(scene.crate.rustc).parent.parent
    file = os.fspath(sysroot / "lib/rustlib/x86_64-unknown-linux-gnu/target.json")
    assert scene.ask(asks, {file: record_at("/bin/sh")}).ended == "not-a-compile"


def test_what_fails_or_complains_is_not_kept(scene: Scene) -> None:
    scene.compile()
    for words in ((*PROBE, "--target", "no-such-target"), (*PROBE, "-C", "target-feature=+no-such-feature")):
        asks = scene.question(*words)
        assert [scene.ask(asks).compiled for _ in range(2)] == [1, 1]


def test_what_is_no_question_is_left_to_others(scene: Scene) -> None:
    invocation = scene.crate.invocation()
    view = scene.crate.view(invocation)
    assert not scene.engine.questions.serve(view, invocation)
    assert (view.compiled, view.ended) == (0, None)


def asked_by_the_first_unit(scene: Scene) -> list[tuple[str, ...]]:
    """Of the compiler, before its toolchain is known."""
    invocation = scene.crate.invocation()
    view = scene.crate.view(invocation)
    assert scene.engine.serve(view, invocation).outcome == "miss"
    return [words[1:] for words in view.asked]


def test_after_cargos_questions_the_first_unit_asks_nothing_and_opens_nothing_of_the_toolchain(
    scene: Scene,
) -> None:
    scene.ask()
    view = scene.ask(scene.question(*PROBE))
    assert any("librustc_driver" in path for path in view.opened)
    assert any("libstd-" in path for path in view.opened)
    assert asked_by_the_first_unit(scene) == []


def test_a_toolchain_is_opened_once(scene: Scene) -> None:
    scene.ask()
    scene.ask(scene.question(*PROBE))
    scene.compile()
    again = scene.ask(scene.question(*PROBE, "--cfg", "other"))
    assert (again.compiled, again.opened) == (1, [])


@pytest.mark.parametrize("asked", ["only what it is", "only where it is", "in other circumstances"])
def test_one_answer_alone_says_too_little(scene: Scene, asked: str) -> None:
    probe = scene.question(*PROBE)
    before = {
        "only what it is": [scene.asks],
        "only where it is": [probe],
        "in other circumstances": [replace(scene.asks, env={"RUSTC_LOG": "off"}), probe],
    }
    for asks in before[asked]:
        scene.ask(asks)
    assert asked_by_the_first_unit(scene) == [("-vV",), ("--print", "sysroot")]


def test_a_toolchain_that_is_no_older_than_the_answers_is_asked_again(scene: Scene) -> None:
    """Somebody may have exchanged it between the questions."""
    library = next((Path(scene.crate.rustc).parent.parent / "lib").glob("librustc_driver*"))
    now = list(STAT.unpack(record_at(os.fspath(library))))
    now[-1] = 1 << 62
    touched = {os.fspath(library): StatRecord(STAT.pack(*now))}
    scene.ask(instead=touched)
    scene.ask(scene.question(*PROBE), instead=touched)
    assert asked_by_the_first_unit(scene) == [("-vV",), ("--print", "sysroot")]


def test_another_toolchain_than_the_one_that_answered_is_another_one(scene: Scene, tmp_path: Path) -> None:
    """What was read ahead counts for the compiler that was asked, as long as its files are what they were."""
    scene.ask()
    scene.ask(scene.question(*PROBE))
    invocation = scene.crate.invocation()
    touched = Asking(invocation, {scene.crate.rustc: record_at("/bin/sh")})
    scene.engine.serve(touched, invocation)
    assert [words[1:] for words in touched.asked] == [("-vV",), ("--print", "sysroot")]
