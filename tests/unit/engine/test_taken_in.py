"""All that goes into a linked output, together: the linker's word, merged crates, packed debug information."""

import os
from pathlib import Path

from dunnage.engine.subject import Missed, Subject
from dunnage.engine.taken_in import taken_in
from dunnage.keys.linker import Linker
from dunnage.model.unit import Input, Link, Listing
from support.subjects import subject_of, written
from support.units import LocalView

HASH = "-0123456789abcdef"


def subject(directory: Path, **changes: object) -> Subject:
    link = Link(driver="cc", stem="demo-1")
    named = str(written(directory / f"deps/libnamed{HASH}.rmeta", HASH))
    fields = {"link": link, "library_dirs": (str(directory / "deps"),), **changes}
    found = subject_of(directory, inputs=(Input("extern named rmeta", named),), **fields)
    found.linker = Linker(b"l" * 32, (), (), ())
    return found


def test_nothing_where_nothing_is_linked(tmp_path: Path) -> None:
    assert taken_in(LocalView(), subject_of(tmp_path, inputs=()), None, {}) == ([], [])


def test_all_of_it(tmp_path: Path) -> None:
    start, crate = written(tmp_path / "crt1.o", ""), written(tmp_path / "deps/libtest.rlib", b"!<arch>\n")
    gone = tmp_path / "gone.dwo"
    program = os.open(written(tmp_path / "program", f"\0{gone}\0"), os.O_RDONLY)
    notes = f"out: \\\n  {start}\n\n".encode()
    whole = subject(tmp_path, merges_crates=True, packs_debuginfo=True, listing=Listing("/o", ("demo-1.",)))
    found = taken_in(LocalView(), whole, notes, {"bin": program})
    os.close(program)
    assert found == ([str(start), str(crate)], [str(gone)])


def test_any_part_that_is_not_understood(tmp_path: Path) -> None:
    assert taken_in(LocalView(), subject(tmp_path), None, {}) == Missed("link-unobserved", "no notes")
    start = written(tmp_path / "crt1.o", "")
    notes = f"out: \\\n  {start}\n\n".encode()
    merging = subject(tmp_path, merges_crates=True)
    written(tmp_path / f"deps/libnamed{HASH}.rmeta", "nothing that is known")
    assert isinstance(taken_in(LocalView(), merging, notes, {}), Missed)
    program = os.open(written(tmp_path / "program", "\0relative.dwo\0"), os.O_RDONLY)
    packing = subject(tmp_path, packs_debuginfo=True)
    assert taken_in(LocalView(), packing, notes, {"bin": program}) == Missed(
        "link-unobserved", "relative.dwo"
    )
    os.close(program)
