"""Rust under the library: what its standard library does by way of libc, and rustc itself."""

import os
import subprocess
from pathlib import Path

import pytest

from dunnage.wire.seen import SeenKind
from support.observing import ENVIRONMENT, PROGRAMS, observe, program

RUSTC_ENVIRONMENT = {
    name: os.environ[name] for name in ("CARGO_HOME", "RUSTUP_HOME", "HOME") if name in os.environ
}


@pytest.fixture(scope="module")
def looks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that looks around."""
    built = tmp_path_factory.mktemp("rust") / "looks"
    subprocess.run(["rustc", "--edition=2021", PROGRAMS / "looks.rs", "-o", built], check=True)
    return built


def test_what_a_program_looks_at(looks: Path, tmp_path: Path) -> None:
    """Everything, in it and in what it starts in four ways."""
    (tmp_path / "listed").mkdir()
    (tmp_path / "listed" / "entry").touch()
    (tmp_path / "by-shell").touch()
    observed = observe([looks, program("says")], cwd=tmp_path)
    assert (observed.code, observed.err) == (0, b"")
    assert observed.out.decode().splitlines() == [f"{name}={value}" for name, value in ENVIRONMENT.items()]
    for kind, names in {
        SeenKind.READ: ("read", "by-shell", "written"),
        SeenKind.LOOKED: (
            "metadata", "symlink_metadata", "exists", "canonicalize", "read_link", "thread-0", "thread-3",
            "listed/entry",
        ),
        SeenKind.LISTED: ("listed", "made"),
        SeenKind.WROTE: ("written", "copied", "renamed", "made", "made/below"),
    }.items():  # fmt: skip
        assert {f"{tmp_path}/{name}" for name in names} <= set(observed.said(kind)), kind
    assert {"VARIABLE", "VARIABLE_OS"} <= set(observed.said(SeenKind.ENV))
    began = [
        note.pid
        for note in observed.notes
        if note.text == str(program("says")) and note.kind is SeenKind.BEGAN
    ]
    assert len(began) == 3
    assert {text for text in observed.said(SeenKind.LOOKED) if text.endswith("/says-nowhere")}
    assert observed.said(SeenKind.UNSEEN) == []


def test_what_cannot_be_described(looks: Path, tmp_path: Path) -> None:
    """It says so."""
    (tmp_path / "listed").mkdir()
    observed = observe([looks, program("says"), "more"], cwd=tmp_path)
    assert sorted(observed.said(SeenKind.UNSEEN)) == ["clock", "cores", "network"]


MACRO = """
extern crate proc_macro;
use proc_macro::TokenStream;
#[proc_macro]
pub fn look(_: TokenStream) -> TokenStream {
    let _ = std::fs::read_to_string("template");
    let _ = std::fs::metadata("perhaps");
    let _ = std::fs::read_dir("migrations").map(|all| all.count());
    let _ = std::env::var("MACRO_VARIABLE");
    let _ = std::env::var("RUST_BACKTRACE");
    let _ = std::process::Command::new("cat").arg("from-a-child").output();
    TokenStream::new()
}
"""


def test_a_procedural_macro(tmp_path: Path) -> None:
    """In rustc, which has loaded it while it ran; it is observed from there, and nothing is said."""
    (tmp_path / "macro.rs").write_text(MACRO)
    (tmp_path / "lib.rs").write_text("extern crate look; look::look!();\n")
    (tmp_path / "migrations").mkdir()
    (tmp_path / "from-a-child").touch()
    proc_macro = ["rustc", "--crate-type=proc-macro", "--crate-name=look", "macro.rs"]
    subprocess.run(proc_macro, cwd=tmp_path, check=True)
    rustc = ["rustc", "--crate-type=lib", "--emit=metadata", "lib.rs", "-L", ".", "--extern", "look"]
    observed = observe(rustc, cwd=tmp_path, env=RUSTC_ENVIRONMENT)
    assert (observed.code, observed.out, observed.err) == (0, b"", b"")
    assert f"{tmp_path}/template" in observed.said(SeenKind.READ)
    assert f"{tmp_path}/from-a-child" in observed.said(SeenKind.READ)
    assert f"{tmp_path}/perhaps" in observed.said(SeenKind.LOOKED)
    assert f"{tmp_path}/migrations" in observed.said(SeenKind.LISTED)
    assert {"MACRO_VARIABLE", "RUST_BACKTRACE"} <= set(observed.said(SeenKind.ENV))
    assert {"MACRO_VARIABLE", "CI"} & set(observed.said(SeenKind.COMPILER_ENV)) == {"CI"}
    assert "CI" not in observed.said(SeenKind.ENV)
    assert [text for text in observed.said(SeenKind.LIBRARY) if text.endswith("/liblook.so")]
    assert {"exec", "system", "network", "listing", "place"}.isdisjoint(observed.said(SeenKind.UNSEEN))
