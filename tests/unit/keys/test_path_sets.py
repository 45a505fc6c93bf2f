"""Path sets: what was read, what would have been read first, and which variables."""

import pytest

from dunnage import limits
from dunnage.keys.path_sets import absolute, joined, module_twin, rust_path_set, too_many
from dunnage.keys.roots import Roots
from dunnage.model.path_set import PathSet

ROOTS = Roots.of([("workspace", "/ws"), ("target", "/ws/target")])


def test_the_twin_of_a_module() -> None:
    assert module_twin("/ws/src/a.rs") == "/ws/src/a/mod.rs"
    assert module_twin("/ws/src/a/mod.rs") == "/ws/src/a.rs"
    assert module_twin("/ws/data.json") is None


def test_paths_are_relative_to_the_compiler_and_never_tidied_up() -> None:
    assert absolute("src/../a.rs", "/ws") == "/ws/src/../a.rs"
    assert absolute("/x/a.rs", "/ws") == "/x/a.rs"


def test_a_path_set() -> None:
    paths = rust_path_set(
        [
            "src/lib.rs",
            "src/b.rs",
            "src/a/mod.rs",
            "src/b.rs",
            "/ws/target/debug/build/x/out/gen.rs",
            "/etc/data",
        ],
        ["B", "A", "B"],
        sources=frozenset({"/ws/src/lib.rs"}),
        cwd="/ws",
        roots=ROOTS,
    )
    assert paths.files == (
        "/etc/data",
        "{target}/debug/build/x/out/gen.rs",
        "{workspace}/src/a/mod.rs",
        "{workspace}/src/b.rs",
    )
    assert paths.absent == (
        "{target}/debug/build/x/out/gen/mod.rs",
        "{workspace}/src/a.rs",
        "{workspace}/src/b/mod.rs",
    )
    assert paths.env == ("A", "B")


def test_a_twin_that_was_read_is_not_absent() -> None:
    """`include!` can read both."""
    paths = rust_path_set(["/ws/a.rs", "/ws/a/mod.rs"], [], sources=frozenset(), cwd="/ws", roots=ROOTS)
    assert paths.absent == ()


@pytest.mark.parametrize(
    ("kinds", "bound", "word"),
    [
        (["files"], limits.FILES_PER_PATH_SET_MAX, "files"),
        (["listed"], limits.LISTINGS_PER_PATH_SET_MAX, "directories"),
        (["absent", "places"], limits.PLACES_PER_PATH_SET_MAX, "places"),
        (["env"], limits.VARIABLES_PER_PATH_SET_MAX, "variables"),
    ],
)
def test_more_than_is_kept(kinds: list[str], bound: int, word: str) -> None:
    most = {kind: ("x",) * (bound // len(kinds)) for kind in kinds}
    assert too_many(PathSet(**most)) is None
    assert too_many(PathSet(**(most | {kinds[0]: (*most[kinds[0]], "x")}))) == word


def test_what_was_looked_at_besides_joins() -> None:
    paths = PathSet(files=("{workspace}/a",), absent=("/x",), env=("A",))
    found = joined(
        paths, ROOTS, files=["/ws/a", "/ws/b"], absent=["/ws/c"], env=["B", "A"], listed=["/ws/target/out"],
        places=["/ws"],
    )  # fmt: skip
    assert found == PathSet(
        files=("{workspace}/a", "{workspace}/b"), absent=("/x", "{workspace}/c"), env=("A", "B"),
        listed=("{target}/out",), places=("{workspace}",),
    )  # fmt: skip
    assert joined(paths, ROOTS, files=[], absent=[], listed=[], places=[], env=[]) == paths


def test_c_looks_in_more_places() -> None:
    paths = PathSet(absent=tuple(map(str, range(limits.PLACES_PER_PATH_SET_MAX + 1))))
    assert too_many(paths) == "places"
    assert too_many(paths, limits.C_PLACES_PER_PATH_SET_MAX) is None
