"""The programs of a C compiler's run."""

import pytest

from dunnage.compilers.gnu.programs import IGNORED, is_driven


@pytest.mark.parametrize(
    "program",
    [
        "/usr/bin/gcc", "/usr/bin/x86_64-linux-gnu-gcc-12", "/usr/lib/llvm-14/bin/clang", "clang++-14", "/usr/bin/c++",
        "/usr/lib/gcc/x86_64-linux-gnu/12/cc1", "/l/cc1plus", "/l/cc1obj", "/usr/bin/as", "/b/aarch64-linux-gnu-as",
        "/usr/bin/objcopy", "/usr/bin/x86_64-linux-gnu-objcopy", "llvm-objcopy-14",
    ],
)  # fmt: skip
def test_what_a_driver_is_and_starts(program: str) -> None:
    assert is_driven(program)


@pytest.mark.parametrize(
    "program",
    ["/bin/sh", "/usr/bin/ccache", "/usr/bin/gcc-wrapper", "cc1-wrapper", "/usr/bin/perl", "ld", ""],
)
def test_other_programs(program: str) -> None:
    assert not is_driven(program)


def test_each_ignored_variable_has_its_reason() -> None:
    assert all(IGNORED.values())
    assert {
        "CPATH",
        "C_INCLUDE_PATH",
        "SOURCE_DATE_EPOCH",
        "GCC_EXEC_PREFIX",
        "COMPILER_PATH",
        "PWD",
    }.isdisjoint(IGNORED)
