"""dep-info, made up and real."""

import os
import subprocess
from pathlib import Path

import pytest

from dunnage.compilers.rustc.dep_info import DepInfoError, parse_dep_info, unescape_env
from support.rustc_args import installed_rustc

HOME = {
    name: os.environ[name]
    for name in ("HOME", "RUSTUP_HOME", "CARGO_HOME", "RUSTUP_TOOLCHAIN")
    if name in os.environ
}
"""What a proxy of rustup needs to find the compiler."""


def test_all_of_it() -> None:
    info = parse_dep_info(
        b"/t/x.d: src/lib.rs src/a\\ b.rs\n\n/t/libx.rlib: src/lib.rs src/a\\ b.rs\n\nsrc/lib.rs:\nsrc/a\\ b.rs:\n"
        b"gen.rs:\n\n# env-dep:A=1=2\n# env-dep:B\n# env-dep:C=\n# env-dep:D=a\\nb\\\\c\n"
        b"# checksum:blake3=ab12 file_len:7 src/a b.rs\n"
    )
    assert info.target == "/t/x.d"
    assert info.files == ("src/lib.rs", "src/a b.rs", "gen.rs")
    assert info.env == {"A": "1=2", "B": None, "C": "", "D": "a\nb\\c"}
    assert info.checksums == (("src/a b.rs", "blake3=ab12", 7),)


def test_unset_and_empty_are_two_things() -> None:
    unset, empty = (parse_dep_info(b"a: b\n# env-dep:X" + end).env for end in (b"\n", b"=\n"))
    assert unset == {"X": None}
    assert empty == {"X": ""}


def test_backslashes_that_escape_nothing_stay() -> None:
    assert parse_dep_info(b"C:\\t\\x.d: a\\b.rs \\c.rs\r\n").files == ("a\\b.rs", "\\c.rs")


def test_paths_may_hold_colons_and_odd_bytes() -> None:
    info = parse_dep_info(b"/a:b/x.d: c:d\\ e:.rs \xff.rs\n")
    assert info.target == "/a:b/x.d"
    assert info.files == ("c:d e:.rs", "\udcff.rs")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"rubbish\n",
        b": a\n",
        b":\n",
        b"a: b\n# other\n",
        b"a: b\n# env-dep:\n",
        b"a: b\n# env-dep:=x\n",
        b"a: b\n# env-dep:A=\\q\n",
        b"a: b\n# env-dep:A=\\\n",
        b"a: b\n# checksum:x\n",
        b"a: b\n# checksum:sha=1 file_len:x a\n",
        b"a: b\n# checksum:sha=1 file_len:1\n",
        b"a: b\0\n",
        b"# env-dep:A\n",
    ],
)
def test_what_is_not_understood(data: bytes) -> None:
    with pytest.raises(DepInfoError):
        parse_dep_info(data)


def test_it_is_a_value_error() -> None:
    assert issubclass(DepInfoError, ValueError)


@pytest.mark.parametrize(("text", "plain"), [("", ""), ("a", "a"), ("\\\\n", "\\n"), ("\\n\\r", "\n\r")])
def test_escapes(text: str, plain: str) -> None:
    assert unescape_env(text) == plain


def test_a_real_one(tmp_path: Path) -> None:
    (tmp_path / "a dir").mkdir()
    (tmp_path / "a dir" / "b c.txt").write_text("x")
    (tmp_path / "x.rs").write_text(
        'pub const A: &str = include_str!("a dir/b c.txt");\npub const B: Option<&str> = option_env!("UNSET_HERE");\n'
        'pub const C: &str = env!("EMPTY");\npub const D: &str = env!("ODD");\n'
    )
    env = {"EMPTY": "", "ODD": "a\\b\nc d", "PATH": os.environ["PATH"]}
    subprocess.run(
        [installed_rustc(), "x.rs", "--crate-type=lib", "--emit=dep-info,metadata"], cwd=tmp_path, env={**HOME, **env},
        check=True,
    )  # fmt: skip
    info = parse_dep_info((tmp_path / "x.d").read_bytes())
    assert info.target == "x.d"
    assert info.files == ("x.rs", "a dir/b c.txt")
    assert info.env == {"UNSET_HERE": None, "EMPTY": "", "ODD": "a\\b\nc d"}
