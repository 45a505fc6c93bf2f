"""Walking: which files globs stand for, what is left out, what is watched, and where it ends."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.engine.stated import OwnFiles
from dunnage.keys.extras import Walk, walk
from dunnage.model.view import Entry
from support.subjects import written

TREE = (
    "a.sql",
    "schema/a.sql",
    "schema/b.txt",
    "schema/deep/c.sql",
    "schema/.hidden/d.sql",
    "schema/.e.sql",
    "target/f.sql",
    "other/target/g.sql",
    "other/CACHEDIR.TAG",
    ".sqlx/query.json",
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in TREE:
        written(tmp_path / "p" / name, name)
    written(tmp_path / "shared/x.toml", "")
    return tmp_path / "p"


def names(base: Path, *globs: str, target: str = "") -> list[str]:
    found = walk(OwnFiles(), str(base), globs, target)
    assert found.problem == ""
    for name, path in found.files:
        assert path == (name if name.startswith("/") else f"{base}/{name}")
    return [name for name, _ in found.files]


@pytest.mark.parametrize(
    ("globs", "found"),
    [
        (["a.sql"], ["a.sql"]),
        (["schema/*.sql"], ["schema/a.sql"]),
        (["schema/*"], ["schema/a.sql", "schema/b.txt"]),
        (["schema/**/*.sql"], ["schema/a.sql", "schema/deep/c.sql"]),
        (["schema/**"], ["schema/a.sql", "schema/b.txt", "schema/deep/c.sql"]),
        (["schema"], ["schema/a.sql", "schema/b.txt", "schema/deep/c.sql"]),
        (["*/deep/*.sql"], ["schema/deep/c.sql"]),
        (["**/deep/c.sql", "s*/d*/?.sql"], ["schema/deep/c.sql"]),
        (["**/deep"], ["schema/deep/c.sql"]),
        (["schema/.*"], ["schema/.e.sql"]),
        (["schema/.hidden/*"], ["schema/.hidden/d.sql"]),
        ([".sqlx/*.json"], [".sqlx/query.json"]),
        (["../shared/*.toml"], ["../shared/x.toml"]),
        (["nowhere/*.sql", "none.sql", "a.sql/x", "a.sql/*"], []),
        (["**/c.sql", "a.sql"], ["a.sql", "schema/deep/c.sql"]),
    ],
)
def test_what_globs_stand_for(tree: Path, globs: Sequence[str], found: list[str]) -> None:
    assert names(tree, *globs) == found


def test_wildcards_stay_out_of_target_directories_and_caches(tree: Path) -> None:
    everything = names(tree, "**/*.sql", target=f"{tree}/target")
    assert everything == ["a.sql", "schema/a.sql", "schema/deep/c.sql"]
    assert "target/f.sql" in names(tree, "**/*.sql")
    assert names(tree, "target/*.sql", "other/target/*", target=f"{tree}/target") == [
        "other/target/g.sql",
        "target/f.sql",
    ]


def test_a_cache_that_is_named_plainly_counts(tree: Path) -> None:
    assert names(tree, "other/*") == ["other/CACHEDIR.TAG"]
    assert names(tree, "other") == ["other/CACHEDIR.TAG", "other/target/g.sql"]


def test_absolute_paths_keep_their_names(tree: Path) -> None:
    assert names(Path("/nowhere"), f"{tree}/schema/*.sql") == [f"{tree}/schema/a.sql"]


def test_links_are_files_where_they_lead_to_one_and_no_way_for_wildcards(tree: Path) -> None:
    (tree / "schema/link.sql").symlink_to(tree / "a.sql")
    (tree / "schema/dangling.sql").symlink_to(tree / "nothing")
    (tree / "schema/loop").symlink_to(tree / "schema")
    assert names(tree, "schema/**/*.sql") == ["schema/a.sql", "schema/deep/c.sql", "schema/link.sql"]
    assert names(tree, "schema/loop/*.sql") == ["schema/loop/a.sql", "schema/loop/link.sql"]
    assert names(tree, "schema/loop/deep") == ["schema/loop/deep/c.sql"]


def watched(found: Walk) -> dict[str, bool]:
    return {path: record[:4] == bytes(4) for path, record in zip(found.watched, found.records, strict=True)}


def test_what_could_change_the_answer_is_watched(tree: Path) -> None:
    (tree / "schema/dangling.sql").symlink_to(tree / "nothing")
    found = walk(OwnFiles(), str(tree), ["schema/**/*.sql", "none.sql", "a.sql", "later/*.sql"])
    assert watched(found) == {
        f"{tree}/schema/": True,
        f"{tree}/schema/deep/": True,
        f"{tree}/schema/dangling.sql": False,
        f"{tree}/none.sql": False,
        f"{tree}/later/": False,
    }


def test_a_name_that_a_listing_lacks_needs_no_question(tree: Path) -> None:
    found = walk(OwnFiles(), str(tree), ["schema/**/nothing.sql"])
    assert watched(found) == {f"{tree}/schema/": True, f"{tree}/schema/deep/": True}


@pytest.mark.parametrize(
    ("bound", "most", "said"),
    [
        ("EXTRA_FILES_MAX", 2, "more than 2 files"),
        ("EXTRA_DIRECTORIES_MAX", 1, "more than 1 directories"),
        ("EXTRA_DEPTH_MAX", 2, "directories nest more than 2 deep"),
    ],
)
def test_it_ends_somewhere(
    tree: Path, monkeypatch: pytest.MonkeyPatch, bound: str, most: int, said: str
) -> None:
    monkeypatch.setattr(limits, bound, most)
    assert walk(OwnFiles(), str(tree), ["schema/**"]).problem == said


def test_a_directory_that_cannot_be_listed(tree: Path) -> None:
    class Blind(OwnFiles):
        def entries(self, path: str) -> list[Entry] | None:
            return None if path.endswith("deep/") else super().entries(path)

    found = walk(Blind(), str(tree), ["schema/**"])
    assert found.problem == f"{tree}/schema/deep/ cannot be listed"
    assert f"{tree}/schema/deep/" in found.watched


def test_what_comes_and_goes_between_stat_and_list_shows_later(tree: Path) -> None:
    """The stat is older than the listing."""
    order: list[str] = []

    class Noting(OwnFiles):
        def stat(self, paths: Sequence[str]) -> list:  # type: ignore[type-arg]
            order.extend(f"stat {os.path.basename(path.rstrip('/'))}" for path in paths)
            return super().stat(paths)

        def entries(self, path: str) -> list[Entry] | None:
            order.append(f"list {os.path.basename(path.rstrip('/'))}")
            return super().entries(path)

    walk(Noting(), str(tree), ["schema/*.txt"])
    assert order == ["stat schema", "list schema", "stat b.txt"]
