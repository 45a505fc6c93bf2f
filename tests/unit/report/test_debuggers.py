"""The settings of each debugger, letter by letter."""

import json
from pathlib import Path

from dunnage.config.project import Project
from dunnage.report.debuggers import Debugger, render, source_map

PROJECT = Project("/w", "/w/my target", "/h/.cargo", (("x-1.0.0", "/w/vendor/x"),), ("abc", "/rust/src"))


def test_every_stable_name_has_its_place() -> None:
    assert source_map(PROJECT) == {
        "/dunnage/workspace": "/w",
        "/dunnage/target": "/w/my target",
        "/dunnage/cargo-home": "/h/.cargo",
        "/dunnage/packages/x-1.0.0": "/w/vendor/x",
        "/rustc/abc": "/rust/src",
    }


def test_without_the_sources_of_std() -> None:
    assert list(source_map(Project("/w", "/t", "/h", (), None))) == [
        "/dunnage/workspace", "/dunnage/target", "/dunnage/cargo-home",
    ]  # fmt: skip


def test_gdb() -> None:
    lines = render(PROJECT, Debugger.GDB).splitlines()
    assert lines[:2] == [
        "set substitute-path /dunnage/workspace /w",
        'set substitute-path /dunnage/target "/w/my target"',
    ]


def test_lldb_is_told_only_of_places_that_are_there(tmp_path: Path) -> None:
    target = tmp_path / "my target"
    target.mkdir()
    text = render(Project(str(tmp_path), str(target), "/nowhere", (), None), Debugger.LLDB)
    expected = f'/dunnage/workspace {tmp_path} /dunnage/target "{target}"'
    assert text == f"settings set target.source-map {expected}\n"


def test_vscode() -> None:
    assert json.loads(render(PROJECT, Debugger.VSCODE)) == {"sourceMap": source_map(PROJECT)}


def test_a_quote_in_a_path() -> None:
    odd = Project('/a "b', "/t", "/h", (), None)
    assert '/dunnage/workspace "/a \\"b"' in render(odd, Debugger.GDB)
