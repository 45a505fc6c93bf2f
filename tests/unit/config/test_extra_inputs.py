"""The tables of extra inputs: what they say, what they must not say, and how the user's own travel."""

import re
import shlex

import pytest

from dunnage.config.extra_inputs import Stated, decode, encode, rules_of
from dunnage.model.extra import ExtraRule


def test_a_table_with_everything() -> None:
    table = {"package": ["one", "two-*"], "files": ["a/*.sql", "b"], "env": ["URL"]}
    assert rules_of({"extra-inputs": [table], "size_max": 1}) == (
        ExtraRule(packages=("one", "two-*"), files=("a/*.sql", "b"), env=("URL",)),
    )


def test_a_text_is_a_list_of_one_and_a_package_may_be_left_out() -> None:
    assert rules_of({"extra-inputs": [{"files": "a"}, {"package": "p", "env": "E"}]}) == (
        ExtraRule(files=("a",)),
        ExtraRule(packages=("p",), env=("E",)),
    )


def test_a_file_without_any() -> None:
    assert rules_of({}) == ()


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"extra_inputs": []}, "there is no setting extra_inputs. Did you mean extra-inputs?"),
        ({"extra-inputs": {"files": ["a"]}}, r"extra-inputs is a list of tables: write [[extra-inputs]]"),
        ({"extra-inputs": ["a"]}, "extra-inputs, table 1: it is not a table"),
        ({"extra-inputs": [{"file": ["a"]}]}, "table 1: there is no file, only package, files, env"),
        (
            {"extra-inputs": [{"files": ["a"]}, {"files": 1}]},
            "table 2: files is neither a text nor a list of texts",
        ),
        ({"extra-inputs": [{"files": ["a", 1]}]}, "table 1: files is neither a text nor a list of texts"),
        ({"extra-inputs": [{"package": [], "files": ["a"]}]}, "table 1: package names nobody"),
        ({"extra-inputs": [{"package": "a"}]}, "table 1: it names neither files nor env"),
        ({"extra-inputs": [{"env": ["A=b"]}]}, "table 1: `'A=b'` is no variable's name"),
        ({"extra-inputs": [{"files": ["~/a"]}]}, "table 1: `~/a`: ~ stands for nothing here"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(document: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        rules_of(document)


def test_rules_travel_with_absolute_paths() -> None:
    rules = [
        Stated(ExtraRule(packages=("p",), files=("a/*.sql", "/etc/b"), env=("E",)), "/home/me/dunnage.toml"),
        Stated(ExtraRule(env=("F",)), "/home/me/dunnage.toml"),
    ]
    assert decode(encode(rules)) == (
        ExtraRule(packages=("p",), files=("/home/me/a/*.sql", "/etc/b"), env=("E",)),
        ExtraRule(env=("F",)),
    )


def test_what_travels_is_one_word_for_any_shell() -> None:
    text = encode(
        [
            Stated(
                ExtraRule(files=("a b/~*[!x]?'\"$(c)\\.sql", "ä\n"), env=("E",)), "/home/me & co/dunnage.toml"
            )
        ]
    )
    assert shlex.quote(text) == text
    assert decode(text) == (
        ExtraRule(files=("/home/me & co/a b/~*[!x]?'\"$(c)\\.sql", "/home/me & co/ä\n"), env=("E",)),
    )


def test_no_variable_is_no_rule() -> None:
    assert decode("") == ()


@pytest.mark.parametrize("text", ["[", "{}", "[1]", "%FF", '[{"files": ["relative"]}]', '[{"nonsense": []}]'])
def test_a_variable_that_somebody_else_wrote(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(text)
