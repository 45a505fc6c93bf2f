"""Files of texts: named after a unit and its key, written whatever a name holds."""

from pathlib import Path

from dunnage.daemon.text_files import text_file, write_text
from dunnage.model.digest import ActionKey


def test_a_name_has_no_odd_letters_and_the_directory_is_the_users_alone(tmp_path: Path) -> None:
    file = text_file(tmp_path / "texts", "a b/c (lib)", ActionKey(b"\xab" * 32))
    assert file == tmp_path / "texts" / f"a-b-c-lib--{'ab' * 8}.txt"
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert text_file(tmp_path / "texts", "a b/c (lib)", ActionKey(b"\xab" * 32)) == file


def test_bytes_that_are_no_text_are_written_as_escapes(tmp_path: Path) -> None:
    write_text(tmp_path / "file", "a\udcffb")
    assert (tmp_path / "file").read_text() == "a\\udcffb"
