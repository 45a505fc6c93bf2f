"""Notes of linkers, as they write them."""

import subprocess
from pathlib import Path

import pytest

from dunnage.compilers.rustc.link_notes import NotesError, parse_link_notes
from support.require import require


def test_gnu_names_are_as_they_are() -> None:
    notes = b"out: \\\n  /a/crt1.o \\\n  /a b/$x#y\\z.a \\\n  /a/crt1.o\n\n/a/crt1.o:\n"
    assert parse_link_notes(notes) == ["/a/crt1.o", "/a b/$x#y\\z.a"]


def test_llds_names_are_escaped() -> None:
    assert parse_link_notes(b"out: \\\n /a\\ b/$$x\\#y.a\n\n/a\\ b/$$x\\#y.a:\n") == ["/a b/$x#y.a"]


def test_molds_names_are_in_one_line() -> None:
    assert parse_link_notes(b"o: x: /a b.o /c.a\n\n/a b.o:\n\n/c.a:\n") == ["/a b.o", "/c.a"]


@pytest.mark.parametrize(
    "notes", [b"out: /a.o\n\n/b.o:\n", b"out: /a.o\n\n/a.o\n", b"x: /a.o /b.o\n\n/b.o:\n"]
)
def test_two_lists_that_differ(notes: bytes) -> None:
    with pytest.raises(NotesError):
        parse_link_notes(notes)


@pytest.mark.parametrize("notes", [b"", b"out:", b"out: /a.o\n", b"nothing", b"out: \\\nx.o\n"])
def test_what_is_not_understood(notes: bytes) -> None:
    with pytest.raises(NotesError):
        parse_link_notes(notes)


@pytest.mark.parametrize("linker", ["bfd", "gold", "mold"])
def test_what_a_real_linker_writes(tmp_path: Path, linker: str) -> None:
    """Odd names come through."""
    if linker == "mold":
        require("mold")
    (tmp_path / "a b$#.c").write_text("int main(void) { return 0; }")
    command = ["gcc", f"-fuse-ld={linker}", "-c", "a b$#.c", "-o", "a b$#.o"]
    subprocess.run(command, cwd=tmp_path, check=True)
    command = ["gcc", f"-fuse-ld={linker}", "a b$#.o", "-o", "x", "-Wl,--dependency-file=notes"]
    subprocess.run(command, cwd=tmp_path, check=True)
    found = parse_link_notes((tmp_path / "notes").read_bytes())
    assert "a b$#.o" in found
    assert [path for path in found if path.endswith("/crtn.o")]
    assert all((tmp_path / path).exists() for path in found)
