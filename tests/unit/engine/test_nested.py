"""Units inside an observed run: whose they are, and what they tell it."""

from dataclasses import replace
from pathlib import Path

import pytest

from dunnage.engine.nested import Nests, Telling, is_nested, joined
from dunnage.engine.subject import Subject
from dunnage.model.invocation import Invocation
from dunnage.model.path_set import PWD_HERE, PathSet
from dunnage.model.seen import Process, Seen
from dunnage.wire.seen import SeenKind
from support.noting import began, memory, note
from support.subjects import subject_of

NAMESPACE = 7


def invocation(pid: int) -> Invocation:
    return Invocation(program="/p", argv=("p",), cwd="/", env={}, pid=pid)


def env(pid: int) -> dict[str, str]:
    return {"DUNNAGE_SEEN": f"/proc/{pid}/fd/5"}


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    return subject_of(tmp_path)


def test_a_run_is_found_while_it_goes_on() -> None:
    nests = Nests()
    outer = nests.begin(NAMESPACE, invocation(12))
    assert nests.around(NAMESPACE, env(12)) is outer
    assert nests.around(NAMESPACE, env(13)) is None
    assert nests.around(NAMESPACE + 1, env(12)) is None
    nests.end(NAMESPACE, invocation(12))
    assert nests.around(NAMESPACE, env(12)) is None


@pytest.mark.parametrize(
    "value", ["", "12", "/proc/self/fd/5", "/proc/12/fd/5/..", "/proc/12/fd/", "/proc/99999999999/fd/1"]
)
def test_what_is_no_name_of_a_memory_file(value: str) -> None:
    nests = Nests()
    nests.begin(NAMESPACE, invocation(12))
    assert nests.around(NAMESPACE, {"DUNNAGE_SEEN": value}) is None


def test_a_namespace_that_is_not_known_is_nobodys() -> None:
    nests = Nests()
    nests.begin(0, invocation(12))
    assert nests.around(0, env(12)) is None


def test_who_is_nested() -> None:
    assert is_nested(env(1))
    assert not is_nested({})
    assert not is_nested({"DUNNAGE_SEEN": ""})


def test_what_a_compiled_unit_tells(subject: Subject) -> None:
    outer = Nests().begin(NAMESPACE, invocation(1))
    notes = memory(began("/usr/bin/gcc"), note(SeenKind.READ, "/usr/include/stdio.h"))
    Telling(outer, 20).compiled(subject, notes)
    (seen,) = outer.seen
    assert outer.is_whole
    assert outer.answered == {20}
    assert seen.read == {"/usr/include/stdio.h"}
    assert seen.wrote == {output.path for output in subject.unit.outputs}


def test_what_a_restored_unit_tells(subject: Subject) -> None:
    outer = Nests().begin(NAMESPACE, invocation(1))
    paths = PathSet(
        files=("{workspace}/a.h",), absent=("/b.h",), env=("CPATH",), listed=("/l",), places=("/usr/include",)
    )
    Telling(outer, 20).restored(subject, paths)
    (seen,) = outer.seen
    cwd = subject.unit.cwd
    assert seen.read == {f"{cwd}/a.h", f"{cwd}/src/lib.rs"}
    assert (seen.looked, seen.listed, seen.env) == ({"/b.h", "/usr/include"}, {"/l"}, {"CPATH"})
    assert outer.is_whole


HERE, VALUE = ({PWD_HERE}, set()), ({"PWD"}, {"/ws"})


@pytest.mark.parametrize(
    ("cwd", "env", "told"),
    [
        (None, {"PWD": "/ws"}, HERE),
        (None, {"PWD": "/etc"}, VALUE),  # somebody set it in between: who, and from what, is not known
        (None, {}, VALUE),
        ("/elsewhere", {"PWD": "/ws"}, VALUE),
    ],
)
def test_pwd_counts_for_a_run_as_for_a_unit_beside_it(
    tmp_path: Path, cwd: str | None, env: dict[str, str], told: tuple[set[str], set[str]]
) -> None:
    subject = subject_of(tmp_path, env={"PWD": "/ws"}, language="c")
    run = replace(invocation(1), cwd=cwd or subject.unit.cwd, env=env)
    outer = Nests().begin(NAMESPACE, run)
    asked = [note(SeenKind.ENV, "PWD"), note(SeenKind.LOOKED, "/ws")]
    Telling(outer, 20).compiled(subject, memory(began("/usr/bin/gcc"), *asked))
    Telling(outer, 21).restored(subject, PathSet(env=(PWD_HERE,)))
    assert [(seen.env, seen.looked) for seen in outer.seen] == [told, told]


def test_another_language_tells_pwd_as_it_is(tmp_path: Path) -> None:
    subject = subject_of(tmp_path, env={"PWD": "/usr"})
    outer = Nests().begin(NAMESPACE, replace(invocation(1), cwd=subject.unit.cwd, env={"PWD": "/usr"}))
    Telling(outer, 20).compiled(subject, memory(began("/usr/bin/rustc"), note(SeenKind.ENV, "PWD")))
    assert outer.seen[0].env == {"PWD"}


@pytest.mark.parametrize("notes", [None, b"", memory()])
def test_a_unit_of_which_nobody_knows_what_it_read(subject: Subject, notes: bytes | None) -> None:
    outer = Nests().begin(NAMESPACE, invocation(1))
    Telling(outer, 20).compiled(subject, notes)
    assert not outer.is_whole


def test_a_unit_in_no_run_tells_nobody(subject: Subject) -> None:
    Telling().compiled(subject, None)
    Telling().restored(subject, PathSet())


def test_joined_keeps_who_was_first() -> None:
    asked, other = (("/one", "/dev/tty"), ("/two", "/dev/tty"))
    one = Seen(
        read=frozenset("a"),
        special=frozenset({asked}),
        first="/one",
        first_pid=1,
        by_pid={1: Process(pid=1, parent=0, program="/one")},
    )
    two = Seen(
        read=frozenset("b"),
        special=frozenset({other}),
        first="/two",
        first_pid=2,
        by_pid={1: Process(pid=1, parent=9, program="/x")},
    )
    both = joined([one, two])
    assert (both.read, both.first, both.first_pid) == ({"a", "b"}, "/one", 1)
    assert both.special == {asked, other}
    assert both.by_pid[1].program == "/one"
