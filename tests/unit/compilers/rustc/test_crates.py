"""Marks of crates in metadata, made up and real."""

import subprocess
from pathlib import Path

import pytest

from dunnage.compilers.rustc.archive import Read
from dunnage.compilers.rustc.crates import has_hash, mark_of, marks, marks_in, stem_of
from support.rustc_args import installed_rustc

HASH = "-0123456789abcdef"


def reader(data: bytes) -> Read:
    return lambda offset, length: data[offset : offset + length]


def found(data: bytes, *stems: str) -> set[bytes]:
    return marks_in("libx.rmeta", reader(data), len(data), marks(stems))


def test_stems_and_marks() -> None:
    assert stem_of(f"/d/libserde{HASH}.rlib") == f"serde{HASH}"
    assert has_hash(f"serde{HASH}")
    assert mark_of(f"serde{HASH}") == HASH.encode()
    assert not has_hash("base-0123")
    assert mark_of("base") == b"\4base\xc1"


def test_what_is_looked_for() -> None:
    assert found(b"\5serde\xc1" + HASH.encode() + b"\xc1 \4base\xc1", "base") == {
        HASH.encode(),
        b"\4base\xc1",
    }
    assert found(b"-0123456789abcde \4base database\xc1", "base") == set()


@pytest.mark.parametrize("at", [(1 << 20) - 9, (1 << 20) - 1, 1 << 20])
def test_a_mark_between_two_pieces(at: int) -> None:
    assert found(bytes(at) + HASH.encode()) == {HASH.encode()}


@pytest.mark.parametrize("suffix", ["rlib", "rmeta"])
def test_a_real_crate_shows_its_own_mark_and_those_that_it_uses(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "x.rs").write_text("pub fn x() {}\n")
    rustc = [installed_rustc(), "x.rs", "--crate-type=lib", "--emit=metadata,link", "-L."]
    for words in (
        ["low"],
        ["base", f"-Cextra-filename={HASH}"],
        ["top", "--extern", f"base=libbase{HASH}.rlib"],
    ):
        name, *more = words
        uses = {"base": "pub use low;\n", "top": "pub use base;\n"}.get(name, "")
        (tmp_path / "x.rs").write_text(uses + "pub fn x() {}\n")
        externs = ["--extern", "low=liblow.rlib"] if name == "base" else []
        subprocess.run(
            [*rustc, "--edition=2021", f"--crate-name={name}", *externs, *more], cwd=tmp_path, check=True
        )
    wanted = marks(["low", "top", "none"])

    def of(stem: str) -> set[bytes]:
        data = (tmp_path / f"lib{stem}.{suffix}").read_bytes()
        return marks_in(f"lib{stem}.{suffix}", reader(data), len(data), wanted)

    assert mark_of("low") in of("low")
    assert {mark_of("low"), HASH.encode()} <= of(f"base{HASH}")
    assert {mark_of("top"), HASH.encode()} <= of("top")
    assert mark_of("none") not in of("top") | of("low")
