"""The allow-list of variables."""

import pytest

from dunnage.compilers.rustc.environment import (
    CLIPPY,
    PRESENT,
    PROC_MACRO,
    PROC_MACRO_PATHS,
    RUSTC,
    manifest,
    of_clippy,
    of_proc_macros,
    of_rustc,
    paths_of_proc_macros,
    words_of_linkers,
)

NOISE = {
    "CARGO_TERM_COLOR": "always",
    "CARGO_NET_RETRY": "3",
    "CARGO_TARGET_DIR": "/t",
    "CARGO_MAKEFLAGS": "-j",
    "PATH": "/bin",
    "RUST_BACKTRACE": "1",
    "LC_ALL": "C",
    "RUSTFLAGS": "-g",
}


def test_noise_does_not_count() -> None:
    for found in (of_rustc(NOISE), of_clippy(NOISE), of_proc_macros(NOISE), paths_of_proc_macros(NOISE)):
        assert found == []


@pytest.mark.parametrize("name", RUSTC)
def test_what_counts_always(name: str) -> None:
    assert of_rustc({**NOISE, name: "1"}) == [(name, "1")]
    assert of_rustc({name: ""}) == [(name, "")]


def test_only_that_it_is_set() -> None:
    assert [of_rustc({name: "/somewhere"}) for name in PRESENT] == [[(name, "set")] for name in PRESENT]


@pytest.mark.parametrize("name", CLIPPY)
def test_what_counts_for_clippy(name: str) -> None:
    assert of_clippy({**NOISE, name: "1"}) == [(name, "1")]


@pytest.mark.parametrize("name", [*PROC_MACRO, "CARGO_PKG_VERSION", "CARGO_PKG_ANYTHING"])
def test_what_counts_for_procedural_macros(name: str) -> None:
    assert of_proc_macros({**NOISE, name: "1"}) == [(name, "1")]


def test_they_are_sorted() -> None:
    assert of_proc_macros({"CARGO_PKG_B": "1", "CARGO_BIN_NAME": "2", "CARGO_PKG_A": "3"}) == [
        ("CARGO_BIN_NAME", "2"),
        ("CARGO_PKG_A", "3"),
        ("CARGO_PKG_B", "1"),
    ]


def test_places() -> None:
    env = dict.fromkeys(PROC_MACRO_PATHS, "/p")
    assert paths_of_proc_macros(env) == [(name, "/p") for name in PROC_MACRO_PATHS]


@pytest.mark.parametrize(
    ("env", "path"),
    [
        ({}, None),
        ({"CARGO_MANIFEST_DIR": ""}, None),
        ({"CARGO_MANIFEST_DIR": "/p"}, "/p/Cargo.toml"),
        ({"CARGO_MANIFEST_DIR": "/p", "CARGO_MANIFEST_PATH": "/p/script.rs"}, "/p/script.rs"),
    ],
)
def test_the_manifest(env: dict[str, str], path: str | None) -> None:
    assert manifest(env) == path


def test_every_row_says_why() -> None:
    for table in (RUSTC, PRESENT, CLIPPY, PROC_MACRO):
        assert all(table.values())


def test_a_directory_that_cargo_takes_by_chance_is_left_out() -> None:
    made = "/w/target/debug/build/made/33c70a9feedf7c0d/out"
    for name, counts in (("LD_LIBRARY_PATH", ["/r/lib"]), ("LIBRARY_PATH", [made, "/r/lib"])):
        words = words_of_linkers({name: f"{made}:/r/lib"})
        assert [word.value for word in words] == counts
    old = "/w/target/debug/build/made-33c70a9feedf7c0d/out"
    assert [word.value for word in words_of_linkers({"LD_LIBRARY_PATH": old})] == [old]
