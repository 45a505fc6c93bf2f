"""Words inside of words."""

import pytest

from support.gnu_args import refusal_of, unit_of, words_of


@pytest.mark.parametrize(
    "words",
    [
        ("-Wp,-D_FORTIFY_SOURCE=2",),
        ("-Wp,-U_FORTIFY_SOURCE,-D_FORTIFY_SOURCE=3",),
        ("-Xpreprocessor", "-fopenmp"),
        ("-Wa,--noexecstack",),
        ("-Wa,-mrelax-relocations=no,-W",),
        ("-Wa,--defsym,X=1",),
        ("-Wa,-I,dir",),
        ("-Xassembler", "--noexecstack"),
        ("-Xclang", "-target-feature", "-Xclang", "+sse2"),
        ("-mllvm", "-inline-threshold=5"),
        ("-Wa,--generate-missing-build-notes=yes",),
    ],
)
def test_harmless(words: tuple[str, ...]) -> None:
    assert words_of(*words)


@pytest.mark.parametrize(
    "words",
    [
        ("-Wp,-MT,x",),
        ("-Wp,-MD",),
        ("-Wp,-MD,",),
        ("-Wp,-MD,a.d,-MT,x",),
        ("-Wp,-MD,a.d", "-Wp,-MMD,b.d"),
        ("-Wp,-D",),
        ("-Xpreprocessor", "-MD"),
        ("-Wa,-a",),
        ("-Wa,-aln=x.lst",),
        ("-Wa,--MD,x",),
        ("-Wa,-o,x",),
        ("-Wa,--defsym",),
        ("-Wa,@file",),
        ("-Xassembler", "-I"),
        ("-Xclang", "-load"),
        ("-Xclang", "+sse2"),
        ("-Xclang", "-include-pch", "-O2", "-Xclang", "-load"),
        ("-mllvm", "-stats"),
        ("-mllvm", "-debug-only=x"),
        ("-mllvm", "-x=/y"),
    ],
)
def test_refused(words: tuple[str, ...]) -> None:
    assert refusal_of(*words)[0] == "option"


def test_precompiled_headers_as_cmake_names_them_to_clang() -> None:
    words = ("-Xclang", "-include-pch", "-Xclang", "/w/a.pch", "-Xclang", "-include", "-Xclang", "-load")
    assert words_of(*words) == [
        ("-Xclang", "-include-pch", False), ("-Xclang value", "/w/a.pch", True),
        ("-Xclang", "-include", False), ("-Xclang value", "-load", False),
    ]  # fmt: skip
    assert refusal_of(*words, "-Xclang", "-load") == ("option", "-Xclang -load")
    assert refusal_of("-Xclang", "-emit-pch") == ("precompiled-header", "-Xclang -emit-pch")


def test_the_kernels_dep_info() -> None:
    unit = unit_of("-Wp,-MMD,out/.a.o.d")
    assert unit.dep_info == "/w/out/.a.o.d"
    assert ("-Wp,", "-MMD,out/.a.o.d", False) in words_of("-Wp,-MMD,out/.a.o.d")


def test_compressed_debug_information_hides_places() -> None:
    assert unit_of("-Wa,--compress-debug-sections").hides_places
    assert not unit_of("-Wa,--compress-debug-sections=none").hides_places
    assert not unit_of("-gz", "-Wa,--compress-debug-sections=none").hides_places
