"""Collecting: what a record needs is taken, or there is a reason why not, and no descriptor stays open."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dunnage import limits
from dunnage.engine.collect import Collected, collect
from dunnage.engine.subject import Missed, Subject
from dunnage.keys.digests import Digests
from dunnage.keys.listings import listing_digest
from dunnage.model.unit import Input
from dunnage.model.view import Entry, Run, ViewGone
from dunnage.store.store import Store
from dunnage.wire.seen import SeenKind
from support.crates import real_rustc
from support.noting import began, memory, note
from support.subjects import ended, make_outputs, subject_of, written
from support.units import LocalView, record_at


@pytest.fixture(autouse=True)
def no_descriptor_stays() -> Iterator[None]:
    before = len(os.listdir("/proc/self/fd"))
    yield
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.fixture
def subject(tmp_path: Path) -> Subject:
    written(tmp_path / "src/lib.rs", "mod a;")
    written(tmp_path / "src/a.rs", "")
    found = subject_of(tmp_path)
    make_outputs(found, "x.d: src/lib.rs src/a.rs\n\nsrc/lib.rs:\nsrc/a.rs:\n\n# env-dep:HOME\n")
    return found


@pytest.fixture
def digests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Digests]:
    store = Store.open(str(tmp_path_factory.mktemp("store")), size_bytes_max=10**9, clock=lambda: 0)
    yield Digests(store, lambda: 0)
    store.close()


def reason(found: Collected | Missed) -> tuple[str, str]:
    assert isinstance(found, Missed), found
    return found.reason, found.detail


def test_everything_that_a_record_needs(subject: Subject, digests: Digests) -> None:
    found = collect(LocalView(), subject, ended(), digests)
    assert isinstance(found, Collected)
    assert found.paths.files == ("{workspace}/src/a.rs",)
    assert found.paths.absent == ("{workspace}/src/a/mod.rs",)
    assert found.paths.env == ("HOME",)
    assert [os.pread(descriptor, 100, 0) for descriptor in found.outputs] == [b"metadata", b"link"]
    assert sorted(found.unread) == [f"{subject.unit.cwd}/src/a.rs", f"{subject.unit.cwd}/src/lib.rs"]
    found.close()
    found.close()


def test_what_the_memo_knows_is_not_opened(subject: Subject, digests: Digests) -> None:
    path = f"{subject.unit.cwd}/src/a.rs"
    digests.of_descriptor(os.open(path, os.O_RDONLY), 1, ours=True)
    found = collect(LocalView(namespace=1), subject, ended(), digests)
    assert isinstance(found, Collected)
    assert list(found.digests) == [path]
    assert path not in found.unread
    found.close()


@pytest.mark.parametrize("run", [ended(stdout=None), ended(stderr=None)])
def test_more_output_than_is_kept(subject: Subject, digests: Digests, run: Run) -> None:
    assert reason(collect(LocalView(), subject, run, digests))[0] == "output-too-large"


@pytest.mark.parametrize("index", [0, 1, 2])
def test_an_output_that_is_not_there(subject: Subject, digests: Digests, index: int) -> None:
    path = subject.unit.outputs[index].path
    Path(path).unlink()
    assert reason(collect(LocalView(), subject, ended(), digests)) == ("output-missing", path)


@pytest.mark.parametrize("text", ["", "not what make reads", "a\0b: c\n"])
def test_dep_info_that_is_not_understood(subject: Subject, digests: Digests, text: str) -> None:
    written(Path(subject.unit.dep_info), text)
    assert reason(collect(LocalView(), subject, ended(), digests))[0] == "dep-info-unreadable"


def test_dep_info_that_is_too_long(subject: Subject, digests: Digests) -> None:
    written(Path(subject.unit.dep_info), "x.d: " + "a" * limits.INLINE_BYTES_MAX)
    assert reason(collect(LocalView(), subject, ended(), digests))[0] == "output-too-large"


def test_too_many_files(subject: Subject, digests: Digests) -> None:
    names = " ".join(f"{n}.x" for n in range(limits.FILES_PER_PATH_SET_MAX + 1))
    written(Path(subject.unit.dep_info), f"x.d: {names}\n")
    assert reason(collect(LocalView(), subject, ended(), digests)) == (
        "dep-info-unreadable",
        "too many files",
    )


def test_an_input_written_after_it_was_statted(subject: Subject, digests: Digests) -> None:
    path = written(Path(f"{subject.unit.cwd}/src/lib.rs"), "mod a; // and more")
    assert reason(collect(LocalView(), subject, ended(), digests)) == ("input-changed", str(path))


def test_a_file_written_after_the_compiler_began(subject: Subject, digests: Digests) -> None:
    """One that was not statted before, because nobody knew of it."""
    path = f"{subject.unit.cwd}/src/a.rs"
    began = os.stat(path).st_ctime_ns
    done = collect(LocalView(), subject, ended(started_ns=began), digests)
    assert isinstance(done, Collected)
    done.close()
    assert reason(collect(LocalView(), subject, ended(started_ns=began - 1), digests)) == (
        "input-changed",
        path,
    )


def test_an_input_that_is_gone_or_no_file(subject: Subject, digests: Digests) -> None:
    path = Path(f"{subject.unit.cwd}/src/a.rs")
    path.unlink()
    assert reason(collect(LocalView(), subject, ended(), digests)) == ("input-changed", str(path))
    path.mkdir()
    assert reason(collect(LocalView(), subject, ended(), digests)) == ("input-changed", str(path))


def test_a_twin_that_appeared(subject: Subject, digests: Digests) -> None:
    written(Path(f"{subject.unit.cwd}/src/a/mod.rs"), "")
    assert reason(collect(LocalView(), subject, ended(), digests))[0] == "input-changed"


def test_metadata_that_was_only_linked_meanwhile_is_the_same(tmp_path: Path, digests: Digests) -> None:
    """rustc links a crate's metadata into its incremental directory while dependents are compiled."""
    written(tmp_path / "src/lib.rs", "")
    crate = written(tmp_path / "libdep.rmeta", "metadata")
    inputs = (Input("source", f"{tmp_path}/src/lib.rs"), Input("extern dep", str(crate)))
    subject = subject_of(tmp_path, inputs=inputs)
    make_outputs(subject, "x.d: src/lib.rs\n")
    os.link(crate, tmp_path / "linked")
    found = collect(LocalView(), subject, ended(), digests)
    assert isinstance(found, Collected)
    found.close()
    os.link(tmp_path / "src/lib.rs", tmp_path / "src/other.rs")  # but sources are everybody's
    assert reason(collect(LocalView(), subject, ended(), digests))[0] == "input-changed"


def test_a_file_of_the_toolchain_that_was_only_linked_meanwhile_is_the_same(
    tmp_path: Path, digests: Digests
) -> None:
    written(tmp_path / "src/lib.rs", "")
    library = written(tmp_path / "libstd.rlib", "std")
    subject = subject_of(tmp_path)
    subject.toolchain = replace(subject.toolchain, watched=(str(library),))
    subject.records[str(library)] = record_at(str(library))
    make_outputs(subject, f"x.d: src/lib.rs {library}\n")
    os.link(library, tmp_path / "linked")
    found = collect(LocalView(), subject, ended(), digests)
    assert isinstance(found, Collected)
    found.close()


def test_an_input_that_cannot_be_opened(subject: Subject, digests: Digests) -> None:
    class Blind(LocalView):
        def open(self, paths: Any) -> list[int | None]:
            return super().open([path if not path.endswith("a.rs") else "/nowhere" for path in paths])

    assert reason(collect(Blind(), subject, ended(), digests)) == (
        "input-changed",
        "an input cannot be opened",
    )


@pytest.mark.parametrize("question", [1, 2])
def test_a_client_that_goes_in_the_middle(subject: Subject, digests: Digests, question: int) -> None:
    class Leaving(LocalView):
        def open(self, paths: Any) -> list[int | None]:
            if len(self.opened) > (question - 1) * 2:
                raise ViewGone("client-gone")
            return super().open(paths)

        def stat(self, paths: Any) -> Any:
            if question == 1:
                raise ViewGone("client-gone")
            return super().stat(paths)

    with pytest.raises(ViewGone):
        collect(Leaving(), subject, ended(), digests)


def test_a_static_library_has_read_the_crates_in_it(tmp_path: Path, digests: Digests) -> None:
    """Real rustc: the objects of an indirect crate are in the archive, its file is in no list of rustc's."""
    rustc = real_rustc()
    deps = tmp_path / "deps"
    written(tmp_path / "dep.rs", "pub fn dep() -> u32 { 7 }\n")
    written(tmp_path / "src/lib.rs", '#[no_mangle] pub extern "C" fn f() -> u32 { dep::dep() }\n')
    subprocess.run(
        [rustc, "--crate-type=rlib", "--crate-name=dep", "--out-dir", deps, tmp_path / "dep.rs"], check=True
    )
    subject = subject_of(tmp_path, bundles_rlibs=True, library_dirs=(str(deps),))
    make_outputs(subject, "x.d: src/lib.rs\n")
    subprocess.run(
        [
            rustc, "--crate-type=staticlib", "--crate-name=demo", "-o", subject.unit.outputs[2].path,
            "--extern", f"dep={deps}/libdep.rlib", tmp_path / "src/lib.rs",
        ],
        check=True,
    )  # fmt: skip
    found = collect(LocalView(), subject, ended(), digests)
    assert isinstance(found, Collected)
    assert "{workspace}/deps/libdep.rlib" in found.paths.files
    found.close()


def watched(tmp_path: Path) -> Subject:
    written(tmp_path / "src/lib.rs", "")
    written(tmp_path / "data/one.txt", "")
    found = subject_of(tmp_path, observed=True)
    make_outputs(found, "x.d: src/lib.rs\n\n# env-dep:HOME\n")
    return found


def notes(*more: bytes) -> Run:
    return ended(seen=memory(began(), *more))


def test_what_a_macro_looked_at_joins_the_path_set(tmp_path: Path, digests: Digests) -> None:
    subject = watched(tmp_path)
    here = subject.unit.cwd
    run = notes(
        note(SeenKind.READ, f"{here}/data/one.txt"),
        note(SeenKind.LOOKED, f"{here}/data/two.txt"),
        note(SeenKind.LISTED, f"{here}/data"),
        note(SeenKind.LOOKED, f"{here}/src"),
        note(SeenKind.ENV, "WORD"),
    )
    found = collect(LocalView(), subject, run, digests)
    assert isinstance(found, Collected)
    assert found.paths.files == ("{workspace}/data/one.txt",)
    assert found.paths.absent == ("{workspace}/data/two.txt",)
    assert found.paths.listed == ("{workspace}/data",)
    assert found.paths.places == ("{workspace}/src",)
    assert found.paths.env == ("HOME", "WORD")
    assert found.around.listings == (listing_digest([Entry("one.txt", False)]),)
    assert f"{here}/data/one.txt" in found.unread
    found.close()


def test_what_a_macro_looked_at_and_changed_meanwhile(tmp_path: Path, digests: Digests) -> None:
    subject = watched(tmp_path)
    path = f"{subject.unit.cwd}/data/one.txt"
    began_ns = os.stat(path).st_ctime_ns - 1
    run = ended(started_ns=began_ns, seen=memory(began(), note(SeenKind.READ, path)))
    subject.records[f"{subject.unit.cwd}/src/lib.rs"] = record_at(f"{subject.unit.cwd}/src/lib.rs")
    assert reason(collect(LocalView(), subject, run, digests)) == ("input-changed", path)
    listed = memory(began(), note(SeenKind.LISTED, f"{subject.unit.cwd}/data"))
    found = collect(LocalView(), subject, ended(started_ns=began_ns, seen=listed), digests)
    assert reason(found) == ("input-changed", f"{subject.unit.cwd}/data")


def test_what_could_not_be_followed_is_not_stored(tmp_path: Path, digests: Digests) -> None:
    subject = watched(tmp_path)
    network = notes(note(SeenKind.UNSEEN, "network"))
    assert reason(collect(LocalView(), subject, network, digests))[0] == "macro-unseen"
    assert reason(collect(LocalView(), subject, ended(), digests))[0] == "macro-unobserved"
    many = notes(*(note(SeenKind.ENV, f"V{n}") for n in range(limits.VARIABLES_PER_PATH_SET_MAX)))
    assert reason(collect(LocalView(), subject, many, digests)) == ("macro-unseen", "too many variables")


def test_a_directory_that_cannot_be_listed(tmp_path: Path, digests: Digests) -> None:
    class Blind(LocalView):
        def entries(self, path: str) -> list[Entry] | None:
            return None

    subject = watched(tmp_path)
    run = notes(note(SeenKind.LISTED, f"{tmp_path}/data"))
    assert reason(collect(Blind(), subject, run, digests))[0] == "macro-unseen"
