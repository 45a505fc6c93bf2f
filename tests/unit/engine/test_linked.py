"""What a linker noted, made into files and absent places."""

from pathlib import Path

from dunnage.engine.linked import linked_files, tells_of_the_link
from dunnage.engine.subject import Missed, Subject
from dunnage.keys.linker import Linker
from dunnage.model.unit import Link
from support.subjects import subject_of, written
from support.units import LocalView


def linked(directory: Path, *search: Path) -> Subject:
    written(directory / "src/lib.rs", "")
    link = Link(driver="cc", search_dirs=(str(directory / "native"),), stem="demo-1")
    found = subject_of(directory, link=link, library_dirs=(str(directory / "deps"),))
    found.linker = Linker(b"l" * 32, tuple(map(str, search)), (), ())
    return found


def notes(*paths: Path | str) -> bytes:
    return b"out: \\\n" + " \\\n".join(f"  {path}" for path in paths).encode() + b"\n\n"


def found(subject: Subject, *paths: Path | str) -> tuple[list[str], list[str]]:
    answer = linked_files(LocalView(), subject, notes(*paths))
    assert not isinstance(answer, Missed), answer
    return answer


def test_files_and_what_would_have_come_first(tmp_path: Path) -> None:
    early, late = tmp_path / "early", tmp_path / "late"
    library, start = written(late / "libz.a", "z"), written(late / "crt1.o", "c")
    subject = linked(tmp_path, early, late, tmp_path / "later")
    files, absent = found(subject, library, start)
    assert files == [str(library), str(start)]
    native = tmp_path / "native"
    assert sorted(absent) == sorted(
        f"{place}" for place in
        (native / "libz.so", native / "libz.a", early / "libz.so", early / "libz.a", late / "libz.so",
         native / "crt1.o", early / "crt1.o")
    )  # fmt: skip


def test_one_that_is_there_and_was_passed_over_counts(tmp_path: Path) -> None:
    """One for another machine, perhaps, or `-static`."""
    other, library = written(tmp_path / "early/libz.so", ""), written(tmp_path / "late/libz.a", "z")
    files, _ = found(linked(tmp_path, tmp_path / "early", tmp_path / "late"), library)
    assert str(other) in files


def test_the_file_behind_a_name_that_lld_has_shortened(tmp_path: Path) -> None:
    """`late/x/../libz.a` is what was read, where x is a link; lld writes `late/libz.a`."""
    elsewhere = written(tmp_path / "elsewhere/libz.a", "real")
    (tmp_path / "elsewhere/x").mkdir()
    library = written(tmp_path / "late/libz.a", "z")
    (tmp_path / "late/x").symlink_to(tmp_path / "elsewhere/x")
    files, _ = found(linked(tmp_path, tmp_path / "late/x/.."), library)
    assert Path(files[-1]).samefile(elsewhere)


def test_own_temporary_files_may_be_gone(tmp_path: Path) -> None:
    deps = tmp_path / "target/debug/deps"
    assert found(
        linked(tmp_path), tmp_path / "rustcAbC123/symbols.o", deps / "demo-1.demo.1-cgu.0.rcgu.o"
    ) == ([], [])


def test_another_file_that_is_gone(tmp_path: Path) -> None:
    gone = linked_files(LocalView(), linked(tmp_path), notes(tmp_path / "gone.o"))
    assert gone == Missed("link-unobserved", str(tmp_path / "gone.o"))


def test_a_temporary_copy_stands_for_its_crate(tmp_path: Path) -> None:
    crate = written(tmp_path / "deps/liba-1.rlib", "a")
    assert found(linked(tmp_path), tmp_path / "rustcAbC123/liba-1.rlib")[0] == [str(crate)]
    lost = linked_files(LocalView(), linked(tmp_path), notes(tmp_path / "rustcAbC123/libb-1.rlib"))
    assert isinstance(lost, Missed)


def test_no_notes(tmp_path: Path) -> None:
    for nothing in (None, b"", b"rubbish"):
        assert isinstance(linked_files(LocalView(), linked(tmp_path), nothing), Missed)


def test_words_that_no_other_run_says() -> None:
    assert tells_of_the_link(b"warning: /tmp/rustcAbC123/symbols.o: odd")
    assert tells_of_the_link(b'"cc" "-Wl,--dependency-file=/proc/self/fd/240"')
    assert not tells_of_the_link(b"warning: unused in /w/rustc/x.rs")
