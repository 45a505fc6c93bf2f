"""Which programs are gcc or clang."""

import pytest

from dunnage.compilers.gnu.names import bare_name, is_clang, is_cxx, is_driver


@pytest.mark.parametrize(
    "name",
    [
        "gcc", "g++", "cc", "c++", "clang", "clang++", "gcc-12", "g++-12.2", "clang-14", "clang++-17",
        "aarch64-linux-gnu-gcc", "aarch64-linux-gnu-gcc-12", "x86_64-w64-mingw32-g++", "arm-none-eabi-gcc",
        "riscv64-unknown-linux-gnu-c++", "x86_64-linux-musl-cc", "x86_64-redhat-linux-gcc-4.8.5",
    ],
)  # fmt: skip
def test_drivers(name: str) -> None:
    assert is_driver(name)


@pytest.mark.parametrize(
    "name",
    [
        "", "gcc-ar", "gcc-nm-12", "gcc-ranlib", "clang-format", "clang-cl", "clang-tidy-14", "cpp", "c89", "tcc",
        "distcc", "ld", "as", "ar", "rustc", "gfortran", "gccgo", "nvcc", "clang-scan-deps", "gcc-", "-gcc", "gcc 12",
        "gcov", "icc", "emcc", "cc1", "dir/gcc",
    ],
)  # fmt: skip
def test_others(name: str) -> None:
    assert not is_driver(name)


def test_names_without_what_they_are_for() -> None:
    names = (
        "aarch64-linux-gnu-gcc-12.3",
        "g++",
        "arm-none-eabi-as",
        "llvm-objcopy-14",
        "gcc-ar",
        "12",
        "a/gcc",
        "",
    )
    assert [*map(bare_name, names)] == ["gcc", "g++", "as", "objcopy", "ar", "", "", ""]


def test_what_a_name_says() -> None:
    assert [is_cxx(name) for name in ("g++", "arm-g++-9", "c++", "clang++-14", "gcc", "cc", "clang", "ld")] == [
        *[True] * 4, *[False] * 4,
    ]  # fmt: skip
    assert [is_clang(name) for name in ("clang", "clang++-14", "x-clang", "gcc", "cc", "c++", "ld")] == [
        *[True] * 3, *[False] * 4,
    ]  # fmt: skip
