"""Entries and accounts are values."""

from dunnage.model.entry import Entry


def test_equal_entries_are_equal() -> None:
    assert Entry(parts=(("edition", "2021"),)) == Entry(parts=(("edition", "2021"),)) != Entry()
