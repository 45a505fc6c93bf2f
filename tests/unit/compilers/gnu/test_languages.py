"""Languages of sources."""

import pytest

from dunnage.compilers.gnu.languages import HEADER, MODULE, OTHER, language_of


@pytest.mark.parametrize(
    ("path", "kind", "preprocessed"),
    [
        ("a.c", "c", False),
        ("x/a.b.cc", "c++", False),
        ("a.C", "c++", False),
        ("a.m", "objc", False),
        ("a.mm", "objc++", False),
        ("a.i", "c", True),
        ("a.ii", "c++", True),
        ("a.s", "asm", True),
        ("a.S", "asm-cpp", False),
    ],
)
def test_by_suffix(path: str, kind: str, preprocessed: bool) -> None:
    language = language_of(path, "", cxx=False)
    assert language is not None
    assert (language.kind, language.preprocessed) == (kind, preprocessed)


@pytest.mark.parametrize("path", ["a.o", "a", "x.c/a", "liba.a", "a.so.1", "a.", "a.lds", ""])
def test_the_linkers(path: str) -> None:
    assert language_of(path, "", cxx=False) is None


def test_an_option_beats_the_suffix() -> None:
    for path in ("a.c", "a", "a.o"):
        language = language_of(path, "c++", cxx=False)
        assert language is not None
        assert language.kind == "c++"
    assert language_of("a.c", "none", cxx=False) == language_of("a.c", "", cxx=False)


def test_what_is_left_to_the_compiler() -> None:
    assert language_of("a.h", "", cxx=False) is language_of("a", "c-header", cxx=False) is HEADER
    assert language_of("a.cppm", "", cxx=True) is language_of("a.cc", "c++-module", cxx=True) is MODULE
    assert language_of("a.f90", "", cxx=False) is language_of("a.c", "cuda", cxx=False) is OTHER


def test_drivers_of_cxx_take_c_for_cxx() -> None:
    for path, preprocessed in (("a.c", False), ("a.i", True)):
        language = language_of(path, "", cxx=True)
        assert language is not None
        assert (language.kind, language.preprocessed) == ("c++", preprocessed)
    assert language_of("a.s", "", cxx=True) == language_of("a.s", "", cxx=False)


def test_assemblers() -> None:
    found = [language_of(f"a.{suffix}", "", cxx=False) for suffix in ("s", "S", "c")]
    assert [language is not None and language.is_assembler for language in found] == [True, True, False]
