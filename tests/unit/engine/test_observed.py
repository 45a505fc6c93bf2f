"""From notes to what joins a path set: by what is there, with a reason where no key can stand for it."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from dunnage.engine.observed import Observed, observe
from dunnage.engine.subject import Missed, Subject
from dunnage.model.path_set import ALL_VARIABLES
from dunnage.model.unit import Input, Link
from dunnage.wire.seen import SeenKind
from support.noting import PID, began, memory, note
from support.subjects import subject_of, written
from support.units import LocalView

SH = "/bin/sh"
CHILD = 101


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    written(tmp_path / "src/lib.rs", "")
    written(tmp_path / "data.txt", "")
    (tmp_path / "templates/sub").mkdir(parents=True)
    (tmp_path / "target").mkdir()
    os.mkfifo(tmp_path / "pipe")
    return subject_of(tmp_path, observed=True, library_dirs=(f"{tmp_path}/target/debug/deps",))


def seen(subject: Subject, *notes: bytes) -> Observed:
    return observe(LocalView(), subject, memory(began(), *notes))


def test_each_kind_of_place(subject: Subject) -> None:
    here = subject.unit.cwd
    found = seen(
        subject,
        note(SeenKind.READ, f"{here}/data.txt"),
        note(SeenKind.READ, f"{here}/none.txt"),
        note(SeenKind.READ, f"{here}/src/lib.rs"),  # an input already
        note(SeenKind.READ, f"{here}/target/debug/deps/libother-1.rmeta"),
        note(SeenKind.LOOKED, f"{here}/templates"),
        note(SeenKind.LOOKED, f"{here}/templates/sub"),
        note(SeenKind.LOOKED, f"{here}/absent"),
        note(SeenKind.LOOKED, f"{here}/target"),
        note(SeenKind.LOOKED, f"{here}/pipe"),
        note(SeenKind.LISTED, f"{here}/templates"),
        note(SeenKind.LISTED, f"{here}/templates/"),
        note(SeenKind.LISTED, f"{here}/gone"),
        note(SeenKind.LISTED, f"{here}/data.txt"),
        note(SeenKind.ENV, "WORD"),
        note(SeenKind.ENV, "RUSTC_LOG"),
        note(SeenKind.COMPILER_ENV, "CI"),
    )
    assert found.missed is None
    assert set(found.files) == {f"{here}/data.txt"}
    assert found.absent == [f"{here}/absent", f"{here}/none.txt", f"{here}/gone"]
    assert found.listed == [f"{here}/templates"]
    assert found.places == [f"{here}/pipe", f"{here}/templates/sub"]
    assert found.env == ["WORD"]


def test_an_ordinary_run_adds_nothing(subject: Subject) -> None:
    found = seen(
        subject,
        note(SeenKind.LIBRARY, "/lib/x86_64-linux-gnu/libc.so.6"),
        note(SeenKind.READ, "/proc/self/statm"),
        note(SeenKind.WROTE, subject.unit.out_dir),
        note(SeenKind.WROTE, subject.unit.outputs[1].path),
        note(SeenKind.UNSEEN, "cores"),
    )
    assert found == Observed()


def test_what_rustups_proxy_looked_at_is_its_own_matter(subject: Subject) -> None:
    notes = (note(SeenKind.ENV, "RUSTUP_HOME"), note(SeenKind.EXEC, "/toolchain/bin/rustc"), began())
    assert observe(LocalView(), subject, memory(began("/proxy"), *notes)).env == []


def test_a_library_that_a_macro_loads_counts(subject: Subject) -> None:
    library = f"{subject.unit.cwd}/libpq.so.5"
    written(Path(library), "")
    assert seen(subject, note(SeenKind.LIBRARY, library)).files == [library]


def test_a_program_that_a_macro_runs_counts_with_all_that_it_may_read(
    subject: Subject, tmp_path: Path
) -> None:
    script, libc = str(written(tmp_path / "x.sh", "")), str(written(tmp_path / "libc.so.6", ""))
    found = seen(
        subject,
        note(SeenKind.EXEC, script, pid=CHILD),
        began(SH, pid=CHILD, parent=PID),
        note(SeenKind.LIBRARY, libc, pid=CHILD),
        note(SeenKind.ENV, "TERM_PROGRAM", pid=CHILD),
        note(SeenKind.ENV, "WORD", pid=CHILD),
        note(SeenKind.READ, f"{tmp_path}/data.txt", pid=CHILD),
    )
    assert found.missed is None
    assert {script, libc, SH, f"{tmp_path}/data.txt"} <= set(found.files)
    assert found.env == ["WORD", ALL_VARIABLES]


@pytest.mark.parametrize(
    "notes",
    [
        None,
        memory(),
        memory(note(SeenKind.READ, "/a")),
        memory(began(), used=1 << 30),
        memory(version=9),
        b"",
    ],
)
def test_what_was_not_observed_or_not_all(subject: Subject, notes: bytes | None) -> None:
    found = observe(LocalView(), subject, notes)
    assert found.missed is not None
    assert found.missed.reason == "macro-unobserved"


def test_a_file_that_a_macro_wrote(subject: Subject) -> None:
    path = f"{subject.unit.cwd}/target/debug/build/demo/out/made.css"
    assert seen(subject, note(SeenKind.WROTE, path)).missed == Missed("macro-wrote", path)


def test_a_pipe_that_was_read(subject: Subject) -> None:
    pipe = f"{subject.unit.cwd}/pipe"
    found = seen(subject, note(SeenKind.READ, pipe))
    assert found.missed == Missed("macro-unseen", f"it read {pipe}, which is no file")


@pytest.mark.parametrize("word", ["network", "clock", "machine", "system", "exec", "listing"])
def test_what_cannot_be_followed_in_rustc_itself(subject: Subject, word: str) -> None:
    assert seen(subject, note(SeenKind.UNSEEN, word)).missed == Missed("macro-unseen", f"{word}: rustc")


@pytest.mark.parametrize("word", ["network", "clock", "cores", "machine", "system", "exec"])
def test_what_cannot_be_followed_in_a_child(subject: Subject, word: str) -> None:
    child = began(SH, pid=CHILD, parent=PID)
    found = seen(subject, child, note(SeenKind.UNSEEN, word, pid=CHILD))
    assert found.missed == Missed("macro-unseen", f"{word}: sh")


@pytest.mark.parametrize("word", ["clock", "cores", "machine"])
def test_cargo_keeps_books_with_a_clock(subject: Subject, word: str) -> None:
    child = began("/rust/bin/cargo", pid=CHILD, parent=PID)
    assert seen(subject, child, note(SeenKind.UNSEEN, word, pid=CHILD)).missed is None
    assert seen(subject, child, note(SeenKind.UNSEEN, "network", pid=CHILD)).missed is not None


def test_a_program_that_could_not_be_followed(subject: Subject) -> None:
    found = seen(subject, note(SeenKind.SPAWNED, "/opt/static", value=CHILD))
    assert found.missed == Missed("macro-unseen", "exec: static")


def test_rustc_asks_for_the_clock_when_it_is_incremental(tmp_path: Path) -> None:
    written(tmp_path / "src/lib.rs", "")
    incremental = subject_of(tmp_path, observed=True, incremental=f"{tmp_path}/target/debug/incremental")
    assert seen(incremental, note(SeenKind.UNSEEN, "clock")).missed is None
    child = began(SH, pid=CHILD, parent=PID)
    assert seen(incremental, child, note(SeenKind.UNSEEN, "clock", pid=CHILD)).missed is not None


@pytest.mark.parametrize(
    ("version", "is_stored"), [("1.97.0-nightly (a1b2 2026-05-20)", True), ("1.95.0", False)]
)
def test_a_nightly_names_its_crash_report_after_the_time(
    subject: Subject, version: str, is_stored: bool
) -> None:
    subject.toolchain = replace(subject.toolchain, version=f"rustc {version}")
    assert (seen(subject, note(SeenKind.UNSEEN, "clock")).missed is None) is is_stored
    child = began(SH, pid=CHILD, parent=PID)
    assert seen(subject, child, note(SeenKind.UNSEEN, "clock", pid=CHILD)).missed is not None


def test_the_linker_notes_for_itself(tmp_path: Path) -> None:
    written(tmp_path / "src/lib.rs", "")
    linked = subject_of(
        tmp_path, observed=True, link=Link(driver="cc"), inputs=(Input("source", f"{tmp_path}/src/lib.rs"),)
    )
    notes = (note(SeenKind.LOOKED, "/usr/local/bin/cc"), note(SeenKind.SPAWNED, "/usr/bin/cc", value=CHILD))
    assert seen(linked, *notes) == Observed()
