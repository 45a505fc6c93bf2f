"""Which macros of time and place a text names."""

import os
from pathlib import Path

import pytest

from dunnage import limits
from dunnage.keys.macros import Macros, Named, named_in
from dunnage.model.digest import Digest


def named(path: Path, text: bytes) -> Named:
    path.write_bytes(text)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.lseek(descriptor, 3, os.SEEK_SET)
        return named_in(descriptor)
    finally:
        os.close(descriptor)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", Named(0)),
        (b"int main(void) { return __LINE__; }", Named(0)),
        (b"__DATE__", Named.TIME),
        (b"/* __TIME__ */", Named.TIME),
        (b"x(__TIMESTAMP__)", Named.STAMP),
        (b"assert(__FILE__)", Named.PLACE),
        (b"__BASE_FILE__", Named.PLACE),
        (b"__builtin_FILE()", Named.PLACE),
        (b"__FILE__ __DATE__ __TIMESTAMP__", Named.PLACE | Named.TIME | Named.STAMP),
        (b"\x7fELF __DATE__", Named(0)),
        (b"#pragma once\n", Named.ONCE),
        (b"# import <x.h>\n", Named.ONCE),
        (b'_Pragma("once")', Named.ONCE),
        (b"an import of pragmas, once", Named(0)),
        (b"__FILE_NAME__ __TIMER__ __DATES__", Named(0)),
    ],
)
def test_a_text(tmp_path: Path, text: bytes, expected: Named) -> None:
    assert named(tmp_path / "text.h", text) == expected


@pytest.mark.parametrize("before", range(limits.INLINE_BYTES_MAX - 9, limits.INLINE_BYTES_MAX + 2))
def test_a_name_across_two_readings(tmp_path: Path, before: int) -> None:
    assert named(tmp_path / "large.h", b" " * before + b"__TIMESTAMP__\n" + b" " * 99) == Named.STAMP


def test_what_was_read_is_known() -> None:
    macros, digest = Macros(), Digest(b"d" * 32)
    assert macros.of(digest) is None
    macros.remember(digest, Named.TIME)
    assert macros.of(digest) == Named.TIME
