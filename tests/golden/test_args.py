"""Command lines of real builds: the verdict is the one that was looked at when the file was written."""

from pathlib import Path

import pytest

from dunnage.compilers.registry import parse, response_files
from support.golden_args import load, render

FILES = sorted((Path(__file__).parent / "args").rglob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_verdict(path: Path) -> None:
    invocation, expected = load(path)
    assert render(parse(invocation)) == expected


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_response_files_are_asked_for(path: Path) -> None:
    invocation, _ = load(path)
    files = invocation.response_files or {}
    asked: dict[str, bytes] = {}
    while names := response_files(invocation.argv, asked):
        asked |= {name: files[name] for name in names}
    assert asked == files


def test_a_response_file_changes_nothing_but_the_spelling() -> None:
    folder = Path(__file__).parent / "args" / "rustc"
    plain, inside = (load(folder / f"{name}.toml")[1] for name in ("lib_with_externs", "response_file"))
    assert plain == inside
