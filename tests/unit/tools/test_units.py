"""What the benchmark takes for a library unit, and which files it wipes before it replays one."""

import sys
from pathlib import Path

import pytest

from bench.units import Unit, replay

ARGV = [
    "rustc",
    "--crate-name",
    "a",
    "--crate-type",
    "lib",
    "--emit=dep-info,metadata,link",
    "--out-dir",
    "out",
]


def unit(argv: list[str]) -> Unit:
    return Unit(argv, "/", {})


def test_a_library_is_one_that_is_linked_into_an_rlib() -> None:
    assert unit(ARGV).is_library
    assert not unit([*ARGV[:4], "bin", *ARGV[5:]]).is_library
    assert not unit([word.replace(",link", "") for word in ARGV]).is_library
    assert not unit(["rustc", "-vV"]).is_library


def test_outputs_are_those_of_this_unit_alone(tmp_path: Path) -> None:
    for name in ("liba-1.rlib", "liba-1.rmeta", "a-1.d", "liba-2.rlib", "libab-1.rlib", "libb-1.rlib"):
        (tmp_path / name).touch()
    argv = [*ARGV[:-1], str(tmp_path), "-C", "extra-filename=-1"]
    assert [path.name for path in unit(argv).outputs()] == ["a-1.d", "liba-1.rlib", "liba-1.rmeta"]


def writer(tmp_path: Path, text: str) -> Unit:
    """A unit whose compiler is Python."""
    options = ["--crate-name", "a", "--out-dir", str(tmp_path / "out")]
    return Unit([sys.executable, "-c", text, *options], str(tmp_path), {})


def test_a_replay_wipes_and_makes_again(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    output = tmp_path / "out" / "liba.rlib"
    output.write_text("old")
    assert replay([writer(tmp_path, "open('out/liba.rlib', 'x').write('new')")], {}) > 0
    assert output.read_text() == "new"


@pytest.mark.parametrize("text", ["raise SystemExit(1)", "pass"])
def test_a_unit_that_fails_or_makes_nothing_ends_the_benchmark(tmp_path: Path, text: str) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(RuntimeError):
        replay([writer(tmp_path, text)], {})
