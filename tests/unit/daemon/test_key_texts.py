"""Texts of keys: a file each, named for people, and never in the way."""

from pathlib import Path

import pytest

from dunnage import limits
from dunnage.daemon.key_texts import KeyTexts
from dunnage.model.digest import ActionKey

KEY = ActionKey(bytes(range(32)))


def test_a_file_a_key(tmp_path: Path) -> None:
    KeyTexts(tmp_path / "keys").keep("serde 1.0.228 (lib)", KEY, "edition: 2021\n")
    [file] = (tmp_path / "keys").iterdir()
    assert file.name == "serde-1.0.228-lib--0001020304050607.txt"
    assert file.read_text() == "edition: 2021\n"


def test_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KEY_TEXTS_MAX", 1)
    texts = KeyTexts(tmp_path / "keys")
    for name in ("one", "two"):
        texts.keep(name, KEY, name)
    assert [file.read_text() for file in (tmp_path / "keys").iterdir()] == ["one"]


def test_a_directory_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file")
    KeyTexts(tmp_path / "keys").keep("one", KEY, "text")
    assert (tmp_path / "keys").read_text() == "a file"
