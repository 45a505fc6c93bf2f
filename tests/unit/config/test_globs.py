"""Globs: their parts, what a part stands for, and what no glob is."""

import pytest

from dunnage.config.globs import Glob, is_wild, names_package, parse_glob, part_matches


@pytest.mark.parametrize(
    ("text", "glob"),
    [
        ("schema/*.sql", Glob(False, ("schema", "*.sql"))),
        ("./schema//a.sql", Glob(False, ("schema", "a.sql"))),
        ("schema/", Glob(False, ("schema",))),
        ("**/a/**", Glob(False, ("**", "a", "**"))),
        ("../shared/*.toml", Glob(False, ("..", "shared", "*.toml"))),
        ("/etc/app/[ab]?.json", Glob(True, ("etc", "app", "[ab]?.json"))),
        (".", Glob(False, ("**",))),
    ],
)
def test_the_parts_of_a_glob(text: str, glob: Glob) -> None:
    assert parse_glob(text) == glob


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no path"),
        ("a\0b", "is no path"),
        ("~/schema.sql", "~ stands for nothing"),
        ("a/b**/c", "** is a part of its own"),
        ("*/../a", ".. cannot stand behind a wildcard"),
        ("/", "is every file there is"),
    ],
)
def test_what_is_no_glob(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("*", r"\*")):
        parse_glob(text)


@pytest.mark.parametrize(
    ("part", "name", "stands"),
    [
        ("*.sql", "a.sql", True),
        ("*.sql", "a.sqlx", False),
        ("*.sql", ".sql", False),
        ("*", ".hidden", False),
        (".*", ".hidden", True),
        (".sqlx", ".sqlx", True),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("[!a]b", "bb", True),
        ("[!a]b", "ab", False),
        ("a", "A", False),
        ("a+", "aa", False),
        ("*", "of\nlines", True),
    ],
)
def test_what_a_part_stands_for(part: str, name: str, stands: bool) -> None:
    assert part_matches(part, name) is stands


def test_which_parts_are_wildcards() -> None:
    assert [is_wild(part) for part in ("a", "*", "a?", "[a]", "**", "..")] == [
        False,
        True,
        True,
        True,
        True,
        False,
    ]


def test_packages_by_name() -> None:
    assert names_package("my-crate", "my-crate")
    assert names_package("my_crate", "my-crate")
    assert names_package("my-*", "my-other")
    assert not names_package("my-crate", "my-crate-too")
