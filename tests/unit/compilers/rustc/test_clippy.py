"""clippy-driver in front of rustc."""

import pytest

from dunnage.compilers.rustc.clippy import is_clippy, refusal, search_dirs, wraps_rustc


@pytest.mark.parametrize(
    ("program", "answer"),
    [
        ("clippy-driver", True),
        ("/a/clippy-driver", True),
        ("clippy-driver.exe", True),
        ("rustc", False),
        ("cargo-clippy", False),
    ],
)
def test_names(program: str, answer: bool) -> None:
    assert is_clippy(program) is answer


@pytest.mark.parametrize(
    ("argv", "answer"),
    [
        (["c"], False),
        (["c", "rustc"], True),
        (["c", "/r/rustc.exe"], True),
        (["c", "a.rs"], False),
        (["c", "rustc-x"], False),
    ],
)
def test_what_stands_behind(argv: list[str], answer: bool) -> None:
    assert wraps_rustc(argv) is answer


@pytest.mark.parametrize(
    "words",
    [[], ["-Dwarnings"], ["-W", "clippy::all", "--deny=x"], ["--no-deps"], ["--cap-lints", "warn"], ["-A"]],
)
def test_lint_levels_are_taken(words: list[str]) -> None:
    assert refusal({"CLIPPY_ARGS": "".join(f"{word}__CLIPPY_HACKERY__" for word in words)}) == ""
    assert refusal({}) == ""


@pytest.mark.parametrize("words", [["--emit=asm"], ["-Dwarnings", "x.rs"], ["-o", "x"], ["-Zunpretty=hir"]])
def test_anything_else_is_not(words: list[str]) -> None:
    assert refusal({"CLIPPY_ARGS": "__CLIPPY_HACKERY__".join(words)}).startswith("CLIPPY_ARGS: ")


def test_settings_are_looked_for_upwards() -> None:
    env = {"CARGO_MANIFEST_DIR": "/w/a"}
    assert [found.path for found in search_dirs(env, "/w")] == ["/w/a", "/w", "/", "/w"]
    assert [found.path for found in search_dirs({**env, "CLIPPY_CONF_DIR": "c/"}, "/w")][:2] == ["/w/c", "/w"]
    assert [found.path for found in search_dirs({}, "/w")] == ["/w", "/", "/w"]


def test_what_is_looked_for() -> None:
    *settings, manifests = search_dirs({}, "/w")
    assert all(".clippy.toml".endswith(found.suffixes) for found in settings)
    assert "Cargo.lock" in manifests.suffixes


def test_a_very_deep_directory_ends() -> None:
    assert len(search_dirs({}, "/a" * 1000)) < 100
