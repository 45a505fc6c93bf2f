"""The peers' programs are built once, and one that cannot be built says why."""

import os
from pathlib import Path

import pytest

from bench.installing import Crate, NotInstalled, from_crates_io

CARGO = """#!/bin/sh
echo "$*" >>"{log}"
case "$*" in
*--list*) cat "{listed}" ;;
*'{works}'*)
    mkdir -p "$(dirname "{program}")" && touch "{program}" && echo 'fast v1.2.3:' >"{listed}"
    ;;
*)
    echo 'error: failed to select a version' >&2
    echo 'required by something' >&2
    exit 101
    ;;
esac
"""


class Workbench:
    """A cargo that does as it is told, first in PATH."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, works: str) -> None:
        self.cache = tmp_path / "cache"
        self.log = tmp_path / "log"
        self.program = self.cache / "cargo-peers" / "bin" / "fast"
        listed = tmp_path / "listed"
        listed.touch()
        cargo = tmp_path / "bin" / "cargo"
        cargo.parent.mkdir()
        cargo.write_text(CARGO.format(log=self.log, listed=listed, program=self.program, works=works))
        cargo.chmod(0o755)
        monkeypatch.setenv("PATH", f"{cargo.parent}{os.pathsep}{os.environ['PATH']}")

    def installs(self) -> list[str]:
        """The installations that were tried."""
        return [line for line in self.log.read_text().splitlines() if "--list" not in line]


FAST = Crate("fast", "1.2.3", ("--no-default-features",))


def test_built_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Workbench(tmp_path, monkeypatch, works="--locked")
    for _ in range(2):
        assert from_crates_io(bench.cache, FAST) == bench.program
    [words] = bench.installs()
    assert words.endswith("fast --version 1.2.3 --no-default-features")


def test_another_version_is_built_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Workbench(tmp_path, monkeypatch, works="--locked")
    from_crates_io(bench.cache, FAST)
    from_crates_io(bench.cache, Crate("fast", "1.2.4"))
    assert len(bench.installs()) == 2


def test_a_lock_file_that_names_what_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Workbench(tmp_path, monkeypatch, works="--quiet --root")
    assert from_crates_io(bench.cache, FAST) == bench.program
    assert ["--locked" in words for words in bench.installs()] == [True, False]


def test_one_that_cannot_be_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Workbench(tmp_path, monkeypatch, works="never")
    with pytest.raises(NotInstalled, match=r"^fast 1\.2\.3: error: failed to select a version$"):
        from_crates_io(bench.cache, FAST)
