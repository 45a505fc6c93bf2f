"""Families of options: what is more than a word of the key."""

import re
import subprocess
from pathlib import Path

import pytest

from dunnage.compilers.gnu.command import Command
from dunnage.compilers.gnu.families import REFUSED, looks_like_files, take_family
from dunnage.model.outcome import REASONS, Outcome
from dunnage.model.unit import Word
from support.gnu_args import compile_in, installed, sources


def taken(*words: str) -> Command:
    command = Command()
    for word in words:
        take_family(command, word)
    return command


@pytest.mark.parametrize(
    "word",
    [
        "-fPIC",
        "-m64",
        "-Wall",
        "-Wl,-z,now",
        "-O2",
        "-std",
        "-g",
        "-Rpass=x",
        "-fno-dump-x",
        "-fdiagnostics-urls=never",
        "-fmessage-length=0",
    ],
)
def test_words_of_the_key(word: str) -> None:
    command = taken(word)
    assert command.words == [Word("option", word)]
    assert command.refusal is None


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("-fdump-tree-all", "option"),
        ("-fplugin=x.so", "option"),
        ("-fmodules-ts", "modules"),
        ("-ftime-trace", "option"),
        ("-march=native", "native-cpu"),
        ("-mtune=native", "native-cpu"),
        ("-fsyntax-only", "not-a-compile"),
        ("-fnew-thing=/x/y", "option"),
        ("-fnew-dump-thing", "option"),
        ("-fxray-modes=", "option"),
        ("-fdiagnostics-format=sarif-file", "option"),
        ("-fopt-info-vec=x", "option"),
        ("-gmodules", "modules"),
    ],
)
def test_refused(word: str, reason: str) -> None:
    assert taken(word).refusal == (reason, word)
    assert (Outcome.UNCACHEABLE, reason) in REASONS


def test_every_row_is_refused() -> None:
    for prefix, (reason, why) in REFUSED.items():
        assert taken(f"{prefix}x").refusal == (reason, f"{prefix}x")
        assert why


def test_an_empty_value_at_the_end_of_a_map_is_one() -> None:
    assert taken("-ffile-prefix-map=/w=").refusal is None


@pytest.mark.parametrize(
    ("words", "color"),
    [
        ((), "auto"),
        (("-fdiagnostics-color",), "always"),
        (("-fcolor-diagnostics", "-fno-diagnostics-color"), "never"),
        (("-fdiagnostics-color=never", "-fdiagnostics-color=auto"), "auto"),
        (("-fno-color-diagnostics", "-fdiagnostics-color=always"), "always"),
    ],
)
def test_colors(words: tuple[str, ...], color: str) -> None:
    command = taken(*words)
    assert command.color == color
    assert command.words == []


def test_the_last_counts() -> None:
    assert taken("-flto=auto").lto
    assert not taken("-flto", "-fno-lto").lto
    assert taken("-fno-test-coverage", "-ftest-coverage").coverage_notes
    assert not taken("-ftest-coverage", "-fno-test-coverage").coverage_notes
    assert taken("-gno-split-dwarf", "-gsplit-dwarf").split_dwarf
    assert not taken("-gsplit-dwarf", "-gsplit-dwarf=single").split_dwarf
    assert not taken("-gz", "-gz=none").compressed
    assert taken("-gz=none", "-gz=zlib").compressed


@pytest.mark.parametrize(
    "word", ["-g", "-g1", "-ggdb3", "-gdwarf-5", "-gdwarf", "-gline-tables-only", "-gmlt"]
)
def test_debug_information(word: str) -> None:
    assert taken(word).debug
    assert not taken(word, "-g0").debug


@pytest.mark.parametrize("word", ["-gcolumn-info", "-gsplit-dwarf", "-gz", "-gstrict-dwarf", "-gno-pubnames"])
def test_words_about_debug_information_that_ask_for_none(word: str) -> None:
    assert not taken(word).debug


def test_what_hides_places_or_is_recorded() -> None:
    assert taken("-fcoverage-mapping").packed
    assert taken("-fprofile-generate").packed
    assert taken("-fprofile-dir=sub").packed
    assert taken("-frecord-gcc-switches").recorded
    assert taken("-grecord-command-line").recorded
    assert taken("-fstack-usage").stack_usage


def test_no_usual_option_of_gcc_looks_like_a_file() -> None:
    names = ("common", "optimizers", "warnings", "c", "c++", "objc", "target")
    words: set[str] = set()
    for name in names:
        text = subprocess.run(
            [installed("gcc"), f"--help={name}"], capture_output=True, text=True, check=True
        ).stdout
        words |= set(re.findall(r"^ +(-f[^\s=<\[]+=?)", text, re.MULTILINE))
    assert len(words) > 300
    wrong = {word for word in words if looks_like_files(word) and not word.startswith(tuple(REFUSED))}
    assert wrong == {"-flto-report", "-flto-report-wpa"}  # they print


@pytest.mark.parametrize("word", ["-fprofile-dir=sub", "-fprofile-generate=sub"])
def test_gcc_writes_places_in_a_way_that_no_search_finds(word: str, tmp_path: Path) -> None:
    folder = sources(tmp_path)
    assert compile_in(folder, "gcc", ["-c", "a.c", "--coverage", word]).returncode == 0
    data = (folder / "a.o").read_bytes()
    assert str(folder).encode() not in data
    assert str(folder).replace("/", "#").encode() in data
    assert taken(word).packed
