"""What a run looked at, made into a path set."""

import os
import time
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.engine.run_inputs import RunInputs, run_inputs
from dunnage.engine.subject import Missed, Subject
from dunnage.keys.digests import Digests, hash_descriptor
from dunnage.model.path_set import PWD_HERE
from dunnage.model.seen import Seen
from dunnage.store.store import Store
from support.subjects import subject_of, written
from support.units import LocalView

LATER_NS = 1 << 62


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    (tmp_path / "out").mkdir()
    return subject_of(tmp_path, out_dir=f"{tmp_path}/out")


def look(subject: Subject, store: Store, started_ns: int = LATER_NS, **seen: object) -> RunInputs | Missed:
    noted = Seen(**seen)  # type: ignore[arg-type]
    return run_inputs(LocalView(), subject, noted, started_ns, Digests(store, time.time_ns))


def test_each_kind(subject: Subject, store: Store, tmp_path: Path) -> None:
    file = written(tmp_path / "data.txt", "data")
    at = str(tmp_path)
    found = look(
        subject, store,
        read=frozenset({f"{at}/data.txt", f"{at}/out/own"}), looked=frozenset({f"{at}/gone", f"{at}/out"}),
        listed=frozenset({at}), wrote=frozenset({f"{at}/scratch"}),
        env=frozenset({"TERM", "MY_WORD", "NUM_JOBS", PWD_HERE}), compiler_env=frozenset({"COLORTERM"}),
    )  # fmt: skip
    assert isinstance(found, RunInputs)
    root = subject.roots.relative(at)
    assert found.paths.files == (f"{root}/data.txt",)
    assert found.paths.absent == (f"{root}/gone",)
    assert found.paths.listed == (root,)
    assert found.paths.places == (root,)
    assert found.paths.env == ("COLORTERM", PWD_HERE, "TERM"), "all others count anyway, or never"
    with file.open("rb") as open_file:
        assert list(found.contents) == [hash_descriptor(open_file.fileno(), 4)]
    assert len(found.around.listings) == 1


@pytest.mark.parametrize(("program", "env"), [("make", ("PWD", PWD_HERE)), ("gcc", (PWD_HERE,))])
def test_pwd_counts_by_its_value_where_something_reads_all_variables(
    subject: Subject, store: Store, tmp_path: Path, program: str, env: tuple[str, ...]
) -> None:
    path = str(written(tmp_path / "bin" / program, program))
    found = look(subject, store, programs=frozenset({path}), env=frozenset({PWD_HERE}))
    assert isinstance(found, RunInputs)
    assert found.paths.env == env


def test_what_the_run_made_is_no_input(subject: Subject, store: Store, tmp_path: Path) -> None:
    scratch = str(written(tmp_path / "scratch", "x"))
    found = look(subject, store, read=frozenset({scratch, "/proc/self/maps"}), wrote=frozenset({scratch}))
    assert isinstance(found, RunInputs)
    assert found.paths.files == found.paths.absent == ()


def test_what_changed_meanwhile(subject: Subject, store: Store, tmp_path: Path) -> None:
    path = str(written(tmp_path / "data.txt", "data"))
    assert look(subject, store, started_ns=1, read=frozenset({path})) == Missed("input-changed", path)
    assert look(subject, store, started_ns=1, listed=frozenset({str(tmp_path)})) == Missed(
        "input-changed", str(tmp_path)
    )
    gone = f"{tmp_path}/program"
    assert look(subject, store, programs=frozenset({gone})) == Missed("input-changed", gone)


def test_a_file_that_cannot_be_read(subject: Subject, store: Store, tmp_path: Path) -> None:
    path = written(tmp_path / "data.txt", "data")

    class Blind(LocalView):
        def open(self, paths: object) -> list[int | None]:
            return [None]

    noted = Seen(read=frozenset({str(path)}))
    digests = Digests(store, time.time_ns)
    assert run_inputs(Blind(), subject, noted, LATER_NS, digests) == Missed("input-changed", str(path))


def test_too_much(subject: Subject, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RUN_PATHS_MAX", 1)
    assert look(subject, store, looked=frozenset({"/a", "/b"})) == Missed("run-too-large", "2 paths")


def test_a_source_that_asks_for_the_time(subject: Subject, store: Store, tmp_path: Path) -> None:
    path = str(written(tmp_path / "x.c", "const char *when = __DATE__;"))
    assert look(subject, store, read=frozenset({path})) == Missed("run-clock", path)
    assert not os.listdir(tmp_path / "out")
