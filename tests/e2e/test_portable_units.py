"""Portable mode, unit by unit, with a real rustc: what every place may have, and what stays where it was made."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dunnage.engine.engine import Engine
from dunnage.model.outcome import Result
from dunnage.model.view import Run
from dunnage.store.store import Store
from support.commands import run
from support.crates import Crate, crate, real_rustc
from support.units import LocalView

Serve = Callable[..., tuple[Result, LocalView]]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """An engine over an empty store serves a crate."""
    store = Store.open(str(tmp_path / "store"), size_bytes_max=10**9, clock=time.time)
    engine = Engine(store)

    def served(made: Crate, *more: str) -> tuple[Result, LocalView]:
        invocation = made.invocation(*more)
        view = made.view(invocation)
        return engine.serve(view, invocation), view

    yield served
    store.close()


def named(result: Result) -> tuple[str, str]:
    return str(result.outcome), result.reason


PANICS = "pub fn one() -> u32 { panic!() }\n"


INCLUDE = 'include!(concat!(env!("OUT_DIR"), "/made.rs"));\n'


WRAPPED = """\
macro_rules! made {
    ($name:literal) => {
        include!(concat!(env!("OUT_DIR"), "/", $name));
    };
}
made!("made.rs");
"""
"""A macro of the crate's own around it."""


def elsewhere(made: Crate, directory: Path) -> Crate:
    """The same crate at another place."""
    copy = Crate(directory, list(made.options), dict(made.env))
    for path in made.directory.rglob("*.rs"):
        copy.write(str(path.relative_to(made.directory)), path.read_text())
    return copy


def test_portable_results_serve_every_place(tmp_path: Path, serve: Serve) -> None:
    made = crate(tmp_path / "a", PANICS, ["-C", "debuginfo=2"])
    made.env = {"DUNNAGE_PORTABLE": "1"}
    moved = elsewhere(made, tmp_path / "b")
    assert named(serve(made)[0]) == ("miss", "new")
    assert named(serve(moved)[0]) == ("hit", "local")
    outputs = moved.outputs()
    assert str(moved.directory).encode() in outputs["demo-1.d"]
    assert str(tmp_path).encode() not in outputs["libdemo-1.rlib"] + outputs["libdemo-1.rmeta"]
    # What is found by one mode is not found by the other.
    for one in (made, moved):
        one.env = {}
    assert named(serve(made)[0]) == ("miss", "new")
    assert named(serve(moved)[0]) == ("miss", "bound-elsewhere")


def test_portable_is_what_the_words_would_have_made(tmp_path: Path, serve: Serve) -> None:
    made = crate(tmp_path / "a", PANICS, ["-C", "debuginfo=2"])
    made.env = {"DUNNAGE_PORTABLE": "1"}
    serve(made)
    portable = made.outputs()
    made.wipe()
    made.env = {}
    words = (f"--remap-path-prefix={made.directory}=/dunnage/workspace",)
    serve(made, *words, f"--remap-path-prefix={made.directory}/target=/dunnage/target")
    assert made.outputs() == portable


@pytest.mark.parametrize("own", ["nested", "around"])
def test_the_users_own_remaps_win_in_portable_mode(tmp_path: Path, serve: Serve, own: str) -> None:
    made = crate(tmp_path / "a", PANICS, ["-C", "debuginfo=2"])
    made.env = {"DUNNAGE_PORTABLE": "1"}
    place = made.directory if own == "nested" else tmp_path
    made.options.append(f"--remap-path-prefix={place}=/mine")
    moved = elsewhere(made, tmp_path / "b")
    serve(made)
    assert b"/mine" in made.outputs()["libdemo-1.rlib"]
    assert b"/dunnage/workspace" not in made.outputs()["libdemo-1.rlib"]
    # Where the remap is one of a directory around, `/mine/a` is in the outputs, and would be `/mine/b` there.
    assert named(serve(moved)[0]) == (("hit", "local") if own == "nested" else ("miss", "bound-elsewhere"))


@pytest.mark.parametrize(
    ("text", "free"),
    [
        ('include!(concat!(env!("OUT_DIR"), "/made.rs"));\n', True),
        ('pub const MADE: u32 = include!(concat!(env!("OUT_DIR"), "/made.expr"));\n', True),
        ('pub const MADE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/made.rs"));\n', True),
        (WRAPPED, True),
        (
            'pub const MANIFEST: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs"));\n',
            True,
        ),
        ('pub const LEN: usize = env!("OUT_DIR").len();\n', False),
        ('include!(concat!(env!("OUT_DIR"), "/made.rs"));\npub const OUT: &str = env!("OUT_DIR");\n', False),
        # The text itself is in the constant's body, which other crates may evaluate.
        (
            'include!(concat!(env!("OUT_DIR"), "/made.rs"));\npub const LEN: usize = env!("OUT_DIR").len();\n',
            False,
        ),
        # Nothing of these shows in what is compiled, but a number does.
        (INCLUDE + '#[inline(never)]\npub fn length() -> usize { env!("OUT_DIR").len() }\n', False),
        (
            INCLUDE
            + '#[inline(never)]\npub fn length() -> usize { option_env!("OUT_DIR").unwrap().len() }\n',
            False,
        ),
        (
            INCLUDE + '#[inline(never)]\npub fn length() -> usize { concat!(env!("OUT_DIR"), "/x").len() }\n',
            False,
        ),
        (
            INCLUDE + "use std::env as asked;\n"
            '#[inline(never)]\npub fn length() -> usize { asked!("OUT_DIR").len() }\n',
            False,
        ),
        (
            INCLUDE + 'macro_rules! dir { ($a:literal) => { env!(concat!("OUT_", $a)) } }\n'
            '#[inline(never)]\npub fn length() -> usize { dir!("DIR").len() }\n',
            False,
        ),
        (
            "macro_rules! length { (include!(concat!($dir:expr, $name:literal))) => { $dir.len() } }\n"
            '#[inline(never)]\npub fn length() -> usize { length!(include!(concat!(env!("OUT_DIR"), "/x"))) }\n'
            + INCLUDE,
            False,
        ),
        ('pub const DIR: &str = env!("CARGO_MANIFEST_DIR");\n', False),
        ('pub const LEN: usize = env!("CARGO_MANIFEST_DIR").len();\n', False),
    ],
)
def test_a_place_that_is_data_stays(tmp_path: Path, serve: Serve, text: str, free: bool) -> None:
    made = crate(tmp_path / "a", text, ["-C", "opt-level=3"])
    moved = elsewhere(made, tmp_path / "longer")
    for one in (made, moved):
        out = one.write("target/debug/build/demo-1/out/made.rs", "pub const MADE: u32 = 1;\n").parent
        one.write("target/debug/build/demo-1/out/made.expr", "1")
        one.env = {"DUNNAGE_PORTABLE": "1", "OUT_DIR": str(out), "CARGO_MANIFEST_DIR": str(one.directory)}
    serve(made)
    assert named(serve(moved)[0]) == (("hit", "local") if free else ("miss", "bound-elsewhere"))


def test_a_macro_of_another_crate_may_ask_for_a_place(tmp_path: Path, serve: Serve) -> None:
    """No source of the unit shows that it does."""
    macros = '#[macro_export]\nmacro_rules! length { () => { env!(concat!("OUT_", "DIR")).len() } }\n'
    (tmp_path / "helper.rs").write_text(macros)
    run([real_rustc(), "--crate-type=lib", "helper.rs"], cwd=tmp_path).succeeded()
    rlib = tmp_path / "libhelper.rlib"
    text = INCLUDE + "#[inline(never)]\npub fn length() -> usize { helper::length!() }\n"
    made = crate(tmp_path / "a", text, ["-C", "opt-level=3", "--extern", f"helper={rlib}"])
    moved = elsewhere(made, tmp_path / "longer")
    for one in (made, moved):
        out = one.write("target/debug/build/demo-1/out/made.rs", "pub const MADE: u32 = 1;\n").parent
        one.env = {"DUNNAGE_PORTABLE": "1", "OUT_DIR": str(out), "DUNNAGE_OBSERVE": "0"}
    serve(made)
    assert named(serve(moved)[0]) == ("miss", "bound-elsewhere")


def test_what_is_left_to_the_compiler_is_remapped_all_the_same(tmp_path: Path, serve: Serve) -> None:
    """Else rustc would throw its incremental session away."""
    made = crate(tmp_path / "a", PANICS, ["-C", "debuginfo=2", "-C", f"incremental={tmp_path}/inc"])
    made.env = {"DUNNAGE_PORTABLE": "1"}
    assert named(serve(made)[0]) == ("miss", "new")
    cold = made.outputs()["libdemo-1.rmeta"]
    result, view = serve(made)
    assert named(result) == ("uncacheable", "incremental")
    assert isinstance(view.ended, Run)
    assert made.outputs()["libdemo-1.rmeta"] == cold
