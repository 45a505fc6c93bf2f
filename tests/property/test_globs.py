"""Globs of extra inputs stand for what pathlib finds, whatever the tree, and what is remembered of a walk notices."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from dunnage.config.globs import ANY_DEPTH, is_wild
from dunnage.engine.stated import OwnFiles
from dunnage.keys.extras import walk
from support.units import record_at

NAMES = st.text("ab", min_size=1, max_size=2)
TREES = st.lists(st.lists(NAMES, min_size=1, max_size=4), max_size=8)
"""Paths of files, in their parts; one that would need a file as its directory is left out."""
PARTS = st.one_of(
    NAMES,
    st.just(ANY_DEPTH),
    st.sampled_from(["*", "a*", "*b", "?", "?b", "[ab]", "[!a]", "[ab]?", "a?"]),
)
GLOBS = st.lists(PARTS, min_size=1, max_size=4)


def put(base: Path, parts: Sequence[str]) -> None:
    file = base.joinpath(*parts)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        return


@contextmanager
def planted(tree: Sequence[Sequence[str]]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as directory:
        for parts in tree:
            put(Path(directory), parts)
        yield Path(directory)


def found(base: Path, *globs: Sequence[str]) -> list[str]:
    walked = walk(OwnFiles(), str(base), ["/".join(parts) for parts in globs])
    assert walked.problem == ""
    return [name for name, _ in walked.files]


def expected(base: Path, parts: Sequence[str]) -> list[str]:
    """What pathlib finds; its `**` at the end means directories, and a directory is none of its files."""
    last = parts[-1]
    pattern = "/".join([*parts, "*"] if last == ANY_DEPTH else parts)
    files: set[Path] = set()
    for path in base.glob(pattern):
        if path.is_file():
            files.add(path)
        elif not is_wild(last):
            files.update(below for below in path.rglob("*") if below.is_file())
    return sorted(os.path.relpath(path, base) for path in files)


@given(TREES, GLOBS)
def test_a_glob_stands_for_what_pathlib_finds(tree: list[list[str]], glob: list[str]) -> None:
    with planted(tree) as base:
        assert found(base, glob) == expected(base, glob)


@given(TREES, st.lists(GLOBS, min_size=2, max_size=3))
def test_several_globs_stand_for_all_that_each_does(tree: list[list[str]], globs: list[list[str]]) -> None:
    with planted(tree) as base:
        assert found(base, *globs) == sorted({name for glob in globs for name in found(base, glob)})


@given(TREES, GLOBS, st.lists(NAMES, min_size=1, max_size=4))
def test_another_answer_shows_in_what_is_watched(
    tree: list[list[str]], glob: list[str], added: list[str]
) -> None:
    """Whatever appears or goes: either the answer is the same, or something watched is not, or a file is gone."""
    with planted(tree) as base:
        for directory, _, _ in os.walk(base):
            os.utime(directory, (1, 1))  # as on any machine where no two changes have the same stamp
        before = walk(OwnFiles(), str(base), ["/".join(glob)])
        file = base.joinpath(*added)
        if file.is_file():
            file.unlink()
        else:
            put(base, added)
        after = walk(OwnFiles(), str(base), ["/".join(glob)])
        if after.files == before.files:
            return
        same = [record_at(path) for path in before.watched] == list(before.records)
        assert not same or any(not os.path.isfile(path) for _, path in before.files)
