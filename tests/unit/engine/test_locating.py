"""The sources of a unit: opened where they can free a result, and only read as they stood."""

import os
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.compilers.rustc.dep_info import DepInfo
from dunnage.engine.locating import only_located, open_sources
from support.subjects import subject_of, written
from support.units import LocalView, record_at

INCLUDE = 'include!(concat!(env!("OUT_DIR"), "/made.rs"));'


def opened(directory: Path, files: tuple[str, ...], env: tuple[str, ...], **changes: bool) -> dict[str, int]:
    written(directory / "src/lib.rs", INCLUDE)
    subject = subject_of(directory, env={"OUT_DIR": f"{directory}/out", "PLAIN": "x"}, **changes)
    return open_sources(LocalView(), subject, DepInfo("x", files, dict.fromkeys(env)))


@pytest.mark.parametrize(
    ("portable", "alone", "env", "count"),
    [
        (True, True, ("PLAIN", "OUT_DIR", "MISSING"), 2),
        (True, True, ("PLAIN", "MISSING"), 0),
        (False, True, ("OUT_DIR",), 0),
        (True, False, ("OUT_DIR",), 0),
    ],
)
def test_sources_are_opened_where_they_can_free_a_result(
    tmp_path: Path, portable: bool, alone: bool, env: tuple[str, ...], count: int
) -> None:
    made = written(tmp_path / "out/made.rs", "")
    files = ("src/lib.rs", str(made), "src/lib.rs")
    found = opened(tmp_path, files, env, portable=portable, alone=alone)
    assert list(found) == [f"{tmp_path}/src/lib.rs", str(made)][:count]
    for descriptor in found.values():
        os.close(descriptor)


def test_without_one_of_them_there_are_none(tmp_path: Path) -> None:
    many = tuple(
        str(written(tmp_path / f"src/m{number}.rs", "")) for number in range(limits.FDS_PER_FRAME_MAX)
    )
    assert (
        opened(tmp_path, ("src/lib.rs", *many, "src/gone.rs"), ("OUT_DIR",), portable=True, alone=True) == {}
    )


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return written(tmp_path / "lib.rs", INCLUDE)


def looked(*paths: Path) -> set[str]:
    records = {str(path): record_at(str(path)) for path in paths}
    found = {str(path): os.open(path, os.O_RDONLY) for path in paths}
    try:
        return only_located(found, records)
    finally:
        for descriptor in found.values():
            os.close(descriptor)


def test_all_sources_together_tell(tmp_path: Path, source: Path) -> None:
    assert looked() == set()
    assert looked(source) == {"OUT_DIR"}
    assert looked(source, written(tmp_path / "plain.rs", "fn f() {}")) == {"OUT_DIR"}
    assert looked(source, written(tmp_path / "other.rs", 'const D: &str = env!("OUT_DIR");')) == set()
    assert looked(source, written(tmp_path / "odd.rs", "mine!(env)")) == set()
    assert looked(source, written(tmp_path / "bytes", b"\xff concat")) == set()


def test_too_much_of_them_tells_nothing(
    tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SOURCES_BYTES_MAX", len(INCLUDE))
    assert looked(source) == {"OUT_DIR"}
    assert looked(source, written(tmp_path / "more.rs", " ")) == set()


def test_a_source_that_is_another_by_now_tells_nothing(tmp_path: Path, source: Path) -> None:
    records = {str(source): record_at(str(source))}
    written(source, INCLUDE + " ")
    with source.open("rb") as file:
        assert only_located({str(source): file.fileno()}, records) == set()
        assert only_located({str(source): file.fileno()}, {}) == set()


def test_a_source_that_has_more_than_it_says_tells_nothing(source: Path) -> None:
    assert looked(source, Path("/proc/version")) == set()


def test_a_source_that_cannot_be_read_tells_nothing(tmp_path: Path) -> None:
    directory = os.open(tmp_path, os.O_RDONLY)
    records = {str(tmp_path): record_at(str(tmp_path))}
    try:
        assert only_located({str(tmp_path): directory}, records) == set()
    finally:
        os.close(directory)
