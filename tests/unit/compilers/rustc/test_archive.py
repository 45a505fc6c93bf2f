"""Archives, made up and real."""

import subprocess
from pathlib import Path

import pytest

from dunnage.compilers.rustc.archive import (
    ArchiveError,
    Read,
    bundled_rlibs,
    crate_stems,
    is_thin,
    located_members,
    members,
)
from support.rustc_args import installed_rustc


def reader(data: bytes) -> Read:
    return lambda offset, length: data[offset : offset + length]


def member(name: bytes, data: bytes = b"") -> bytes:
    return (
        name.ljust(16)
        + b"0".ljust(32)
        + str(len(data)).encode().ljust(10)
        + b"`\n"
        + data
        + b"\n" * (len(data) % 2)
    )


def names(data: bytes) -> list[str]:
    return members(reader(data), len(data))


def test_gnu() -> None:
    data = b"!<arch>\n" + member(b"/", b"syms") + member(b"//", b"a-long-name-of-a-member.o/\nother.o/\n")
    data += member(b"short.o/", b"odd") + member(b"/0", b"even") + member(b"/27", b"")
    assert names(data) == ["short.o", "a-long-name-of-a-member.o", "other.o"]


def test_bsd() -> None:
    data = b"!<arch>\n" + member(b"#1/12", b"__.SYMDEF\0\0\0sym") + member(b"#1/8", b"long.o\0\0data")
    assert names(data) == ["long.o"]


def test_where_the_members_are() -> None:
    data = b"!<arch>\n" + member(b"#1/8", b"long.o\0\0data") + member(b"short.o/", b"odd")
    found = located_members(reader(data), len(data))
    assert [(name, data[at : at + size]) for name, at, size in found] == [
        ("long.o", b"data"),
        ("short.o", b"odd"),
    ]


def test_thin() -> None:
    data = b"!<thin>\n" + member(b"//", b"dir/a.o/\n") + member(b"/0", b"")
    assert is_thin(reader(data))
    assert names(data) == ["dir/a.o"]
    assert not is_thin(reader(b"!<arch>\n"))


def test_members_of_a_thin_archive_are_elsewhere() -> None:
    head = member(b"a.o/", b"x" * 1000)[:60]
    assert names(b"!<thin>\n" + head + head) == ["a.o", "a.o"]


def test_empty() -> None:
    assert names(b"!<arch>\n") == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x7fELF",
        b"!<arch>\nrubbish",
        b"!<arch>\n" + member(b"a.o/", b"1234")[:-1],
        b"!<arch>\n" + member(b"a.o/")[:-1] + b"x",
        b"!<arch>\n" + member(b"/7"),
        b"!<arch>\n" + member(b"/x"),
        b"!<arch>\n" + member(b"#1/x"),
        b"!<arch>\n" + b"a.o/".ljust(48) + b"-1".ljust(10) + b"`\n",
    ],
)
def test_damaged(data: bytes) -> None:
    with pytest.raises(ArchiveError):
        names(data)


def test_stems() -> None:
    assert crate_stems(["serde-1a.serde.2b-cgu.0.rcgu.o", "x.o", "lib.rmeta", "a.b"]) == {"serde-1a", "x"}


def test_only_headers_are_read() -> None:
    data = b"!<arch>\n" + member(b"a.o/", b"x" * 100_000) + member(b"b.o/", b"y" * 100_000)
    read: list[int] = []

    def counted(offset: int, length: int) -> bytes:
        read.append(length)
        return data[offset : offset + length]

    assert members(counted, len(data)) == ["a.o", "b.o"]
    assert sum(read) < 1000


def test_crates_in_a_real_static_library(tmp_path: Path) -> None:
    rustc = [installed_rustc(), "--out-dir=.", "-L.", "-Cpanic=abort", "--edition=2021"]
    (tmp_path / "used.rs").write_text("#![no_std] pub fn f() -> u32 { 3 }\n")
    (tmp_path / "other.rs").write_text("#![no_std] pub fn g() -> u32 { 4 }\n")
    (tmp_path / "x.rs").write_text('#[unsafe(no_mangle)] pub extern "C" fn h() -> u32 { used::f() }\n')

    def run(*words: str) -> None:
        subprocess.run([*rustc, *words], cwd=tmp_path, check=True)

    run("used.rs", "--crate-name=used", "--crate-type=lib", "-Cextra-filename=-1")
    run("other.rs", "--crate-name=other", "--crate-type=lib", "-Cextra-filename=-2")
    run("x.rs", "--crate-name=x", "--crate-type=staticlib", "--extern=used=libused-1.rlib")
    data = (tmp_path / "libx.a").read_bytes()
    found = bundled_rlibs(reader(data), len(data), ["/d/libused-1.rlib", "/d/libother-2.rlib"])
    assert found == ["/d/libused-1.rlib"]
