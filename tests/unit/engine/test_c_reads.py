"""From what a run of gcc was seen to look at to its path set."""

import os
from pathlib import Path

import pytest

from dunnage.engine.c_reads import CReads, c_reads
from dunnage.engine.subject import Missed, Subject
from dunnage.model.path_set import PWD_HERE
from dunnage.model.unit import Input, Output
from dunnage.wire.seen import SeenKind
from support.noting import PID, began, memory, note
from support.subjects import subject_of, written
from support.units import LocalView

CC1 = "/usr/lib/gcc/x86_64-linux-gnu/12/cc1"
AS = "/usr/bin/as"


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    written(tmp_path / "a.c", "")
    for name in ("include/a.h", "bin/gcc", "bin/cc1", "lib/libgmp.so.10"):
        written(tmp_path / name, name)
    return subject_of(
        tmp_path, language="c", observed=True, inputs=(Input("source", f"{tmp_path}/a.c"),),
        outputs=(Output("object", f"{tmp_path}/a.o"),), dep_info="", out_dir=str(tmp_path),
    )  # fmt: skip


def reads(subject: Subject, *notes: bytes) -> CReads | Missed:
    driver = began(f"{subject.unit.cwd}/bin/gcc")
    return c_reads(LocalView(), subject, memory(driver, *notes))


def test_each_kind(subject: Subject) -> None:
    here = subject.unit.cwd
    Path(f"{here}/pch").mkdir()
    os.mkfifo(f"{here}/pipe")
    found = reads(
        subject,
        note(SeenKind.SPAWNED, f"{here}/bin/cc1", value=200),
        began(f"{here}/bin/cc1", pid=200, parent=PID),
        note(SeenKind.LIBRARY, f"{here}/lib/libgmp.so.10", pid=200),
        note(SeenKind.READ, f"{here}/a.c", pid=200),
        note(SeenKind.READ, f"{here}/include/a.h", pid=200),
        note(SeenKind.LOOKED, f"{here}/first/a.h", pid=200),
        note(SeenKind.LOOKED, f"{here}/include", pid=200),
        note(SeenKind.LOOKED, f"{here}/pipe", pid=200),
        note(SeenKind.LISTED, f"{here}/pch", pid=200),
        note(SeenKind.LISTED, f"{here}/gone", pid=200),
        note(SeenKind.ENV, "CPATH", pid=200),
        note(SeenKind.ENV, "TMPDIR", pid=200),
        note(SeenKind.UNSEEN, "clock", pid=200),
        note(SeenKind.UNSEEN, "machine", pid=200),
        note(SeenKind.WROTE, "/nowhere/cc123.s", pid=200),
        note(SeenKind.READ, "/nowhere/cc123.s", pid=300),
        note(SeenKind.WROTE, f"{here}/a.o", pid=300),
        note(SeenKind.LOOKED, f"{here}/a.o", pid=300),
        note(SeenKind.READ, "/dev/urandom", pid=300),
    )
    assert isinstance(found, CReads)
    assert found.paths.files == (
        "{workspace}/bin/cc1", "{workspace}/bin/gcc", "{workspace}/include/a.h", "{workspace}/lib/libgmp.so.10",
    )  # fmt: skip
    assert found.paths.absent == ("{workspace}/first", "{workspace}/gone")
    assert found.paths.places == ("{workspace}/include", "{workspace}/pipe")
    assert found.paths.listed == ("{workspace}/pch",)
    assert found.paths.env == ("CPATH",)
    assert {f"{here}/a.c", f"{here}/include/a.h"} <= found.texts


@pytest.mark.parametrize(
    "notes", [None, b"", memory(), memory(note(SeenKind.READ, "/a")), memory(began(), used=1 << 30)]
)
def test_what_was_not_observed_or_not_all(subject: Subject, notes: bytes | None) -> None:
    found = c_reads(LocalView(), subject, notes)
    assert isinstance(found, Missed)
    assert found.reason == "compiler-unobserved"


def test_a_script_that_starts_the_compiler(subject: Subject) -> None:
    notes = memory(note(SeenKind.EXEC, "/x/gcc"), began("/bin/sh"), note(SeenKind.EXEC, "/usr/bin/gcc"))
    found = c_reads(LocalView(), subject, notes)
    assert isinstance(found, Missed)
    assert found.reason == "compiler-unfollowed"


@pytest.mark.parametrize(
    "path", ["/dev/fd/63", "/dev/stdin", "/proc/self/fd/3", "/proc/7/task/8/fd/3", "{here}/pipe"]
)
def test_what_is_read_and_no_file(subject: Subject, path: str) -> None:
    os.mkfifo(f"{subject.unit.cwd}/pipe")
    place = path.replace("{here}", subject.unit.cwd)
    found = reads(subject, note(SeenKind.READ, place))
    assert found == Missed("compiler-unfollowed", f"it read {place}, which is no file")


def test_below_shared_memory_are_files(subject: Subject) -> None:
    found = reads(
        subject, note(SeenKind.LOOKED, "/dev/shm/dunnage/none.h"), note(SeenKind.LOOKED, "/dev/none")
    )
    assert isinstance(found, CReads)
    assert found.paths.absent == ("/dev/shm/dunnage",)


@pytest.mark.parametrize("word", ["network", "exec", "system", "listing", "place"])
def test_what_cannot_be_followed(subject: Subject, word: str) -> None:
    found = reads(subject, note(SeenKind.UNSEEN, word))
    assert isinstance(found, Missed)
    assert found.reason == "compiler-unfollowed"
    assert found.detail.startswith(word)


def test_a_file_that_is_no_expected_output(subject: Subject) -> None:
    dump = written(Path(subject.unit.cwd) / "a.c.005t.original", "")
    assert reads(subject, note(SeenKind.WROTE, str(dump))) == Missed("compiler-wrote", str(dump))


def test_pwd_is_asked_for_as_far_as_it_leads_here(subject: Subject, tmp_path: Path) -> None:
    here = subject.unit.cwd
    looks = [note(SeenKind.ENV, "PWD"), note(SeenKind.LOOKED, "/usr"), note(SeenKind.LOOKED, f"{here}/.")]
    subject.env = {"PWD": "/usr"}
    found = reads(subject, *looks)
    assert isinstance(found, CReads)
    assert PWD_HERE in found.paths.env
    assert "PWD" not in found.paths.env
    assert not [path for path in found.paths.places if path.startswith("/usr")]
    # A link that led elsewhere when the unit was looked up leads here now.
    (tmp_path / "link").symlink_to(here)
    subject.env = {"PWD": f"{tmp_path}/link"}
    assert reads(subject, *looks) == Missed("input-changed", f"{tmp_path}/link")
    subject.env = {"PWD": f"{tmp_path}/link", PWD_HERE: f"{tmp_path}/link"}
    assert isinstance(reads(subject, *looks), CReads)
