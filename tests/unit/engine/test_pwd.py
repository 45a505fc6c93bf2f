"""PWD in what was seen of compilers: when it is left out, and when it had better not be."""

from dataclasses import replace
from pathlib import Path

import pytest

from dunnage.engine.pwd import of_run, of_unit
from dunnage.engine.subject import Subject
from dunnage.model.path_set import PWD_HERE
from dunnage.model.seen import Seen
from dunnage.model.unit import Input, Word
from dunnage.wire.seen import SeenKind
from dunnage.wire.seen_parse import parse_seen
from support.noting import PID, began, memory, note
from support.subjects import subject_of

CC1, CLANG = "/usr/lib/gcc/x86_64-linux-gnu/12/cc1", "/usr/lib/llvm-14/bin/clang"
PACKAGE = "/ws/member"


@pytest.fixture
def subject() -> Subject:
    made = subject_of(
        Path(PACKAGE), env={"PWD": "/ws", "CPATH": "/usr/include"}, language="c",
        inputs=(Input("source", f"{PACKAGE}/a.c"),), words=(Word("source", "a.c"), Word("-I", "include")),
    )  # fmt: skip
    return made


def seen_of(*looked: str, **more: frozenset[str]) -> Seen:
    found = frozenset({"/ws", f"{PACKAGE}/.", f"{PACKAGE}/include/a.h", *looked})
    return Seen(**{"looked": found, "env": frozenset({"PWD", "CPATH"}), **more})  # type: ignore[arg-type]


def test_a_unit_names_no_place_that_only_pwd_named(subject: Subject) -> None:
    found = of_unit(seen_of(), subject)
    assert found.env == {PWD_HERE, "CPATH"}
    assert found.looked == {f"{PACKAGE}/.", f"{PACKAGE}/include/a.h"}
    by_compiler = of_unit(seen_of(env=frozenset(), compiler_env=frozenset({"PWD"})), subject)
    assert (by_compiler.env, by_compiler.compiler_env) == ({PWD_HERE}, frozenset())


def test_a_unit_that_did_not_ask(subject: Subject) -> None:
    seen = seen_of(env=frozenset({"CPATH"}))
    assert of_unit(seen, subject) is seen


def test_a_unit_in_which_something_else_ran(subject: Subject) -> None:
    """It is not stored, but a run around it hears of it."""
    seen = seen_of(programs=frozenset({"/usr/bin/gcc", "/opt/wrapper"}))
    assert of_unit(seen, subject) is seen
    assert of_unit(seen_of(programs=frozenset({"/usr/bin/gcc", CC1})), subject).env == {PWD_HERE, "CPATH"}


@pytest.mark.parametrize("env", [{}, {"PWD": ""}])
def test_where_it_is_not_set_there_is_no_place(subject: Subject, env: dict[str, str]) -> None:
    subject.env = env
    assert of_unit(seen_of(), subject).looked == seen_of().looked


@pytest.mark.parametrize("word", ["/ws", "/ws/", "../x/ws", "/ws=/src", "-I/ws", "/a:/ws:/b"])
def test_a_place_that_a_word_names_stays(subject: Subject, word: str) -> None:
    unit = subject.unit
    subject.unit = replace(unit, words=(*unit.words, Word("-I", word)))
    found = of_unit(seen_of(), subject)
    assert "/ws" in found.looked
    assert PWD_HERE in found.env


@pytest.mark.parametrize("word", ["/ws/other", "/ws2", "/ws/target/debug/build/x/out/a.o"])
def test_a_word_that_names_something_else(subject: Subject, word: str) -> None:
    unit = subject.unit
    subject.unit = replace(unit, words=(*unit.words, Word("-I", word)))
    assert "/ws" not in of_unit(seen_of(), subject).looked


def test_a_place_that_a_word_names_relative_to_the_directory_stays(subject: Subject) -> None:
    subject.env = {"PWD": f"{PACKAGE}/include"}
    assert f"{PACKAGE}/include" in of_unit(seen_of(f"{PACKAGE}/include"), subject).looked


def test_a_place_that_a_variable_names_stays_if_it_was_asked_for(subject: Subject) -> None:
    subject.env = {"PWD": "/ws", "CPATH": "/usr/include:/ws", "OLDPWD": "/ws"}
    assert "/ws" in of_unit(seen_of(), subject).looked
    subject.env = {"PWD": "/ws", "OLDPWD": "/ws"}
    assert "/ws" not in of_unit(seen_of(), subject).looked


@pytest.mark.parametrize("kind", ["read", "listed", "programs", "wrote"])
def test_a_place_with_which_more_was_done_than_to_look_stays(subject: Subject, kind: str) -> None:
    assert "/ws" in of_unit(seen_of(**{kind: frozenset({"/ws"})}), subject).looked


def test_a_place_in_which_something_was_looked_for_stays(subject: Subject) -> None:
    """What has a root of its own is no reason: that is where the package is."""
    assert "/ws" in of_unit(seen_of("/ws/a.h"), subject).looked


def of_notes(*notes: bytes, cwd: str = PACKAGE) -> frozenset[str]:
    data = memory(began("/target/build-script"), *notes)
    return of_run(parse_seen(data), data, cwd).env


def asks(pid: int, *looked: str) -> list[bytes]:
    return [note(SeenKind.ENV, "PWD", pid=pid), *(note(SeenKind.LOOKED, path, pid=pid) for path in looked)]


@pytest.mark.parametrize("program", [CC1, CLANG])
@pytest.mark.parametrize("looked", [["/ws", f"{PACKAGE}/."], [f"{PACKAGE}/."]])
def test_a_run_whose_compilers_ask(program: str, looked: list[str]) -> None:
    notes = [began(program, pid=200, parent=PID), *asks(200, *looked), note(SeenKind.READ, "/x.c", pid=200)]
    assert of_notes(*notes) == {PWD_HERE}
    more = [began(program, pid=300, parent=PID), *asks(300, *looked)]
    assert of_notes(*notes, *more) == {PWD_HERE}
    assert of_notes(*notes, *asks(PID)) == {"PWD"}, "the script asks, too"


@pytest.mark.parametrize(
    "looked",
    [
        [],
        ["/ws"],
        ["/ws", "/ws/other/."],
        ["/ws", "/elsewhere", f"{PACKAGE}/."],
        ["/ws", f"{PACKAGE}/sub/."],
    ],
)
def test_a_compiler_of_which_nobody_knows_where_it_is(looked: list[str]) -> None:
    notes = [began(CC1, pid=200, parent=PID), *asks(200, *looked), note(SeenKind.READ, "/x.c", pid=200)]
    assert of_notes(*notes) == {"PWD"}


@pytest.mark.parametrize("program", ["/usr/bin/git", "/bin/dash", "/usr/bin/cmake", "/usr/bin/ld"])
def test_other_programs_that_ask(program: str) -> None:
    notes = [began(program, pid=200, parent=PID), *asks(200, "/ws", f"{PACKAGE}/.")]
    assert of_notes(*notes) == {"PWD"}
    became = [began(CC1, pid=200, parent=PID)]
    assert of_notes(*notes, *became) == {"PWD"}, "what it was when it asked"


def test_a_fork_that_asks_before_it_becomes_a_compiler() -> None:
    assert of_notes(*asks(200, "/ws", f"{PACKAGE}/."), began(CC1, pid=200, parent=PID)) == {"PWD"}


def test_a_run_in_which_nobody_asks() -> None:
    assert of_notes(note(SeenKind.ENV, "TERM")) == {"TERM"}


def test_a_run_in_the_root_directory() -> None:
    assert of_notes(began(CC1, pid=200), *asks(200, "/ws", "/."), cwd="/") == {PWD_HERE}
