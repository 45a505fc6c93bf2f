"""The verdict: what is cacheable, and what a unit says of itself."""

import pytest

from dunnage.compilers.gnu.parse import VARIABLES
from dunnage.model.outcome import REASONS, Outcome
from dunnage.model.unit import Input, Output, Word
from support.gnu_args import refusal_of, unit_of

CARGO = {
    "CARGO_PKG_NAME": "zstd-sys",
    "CARGO_PKG_VERSION": "2.0.15",
    "CARGO_MANIFEST_DIR": "/reg/zstd-sys-2.0.15",
}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("a.c", "links"),
        ("a.c -o a", "links"),
        ("a.o b.o -lm", "links"),
        ("", "not-a-compile"),
        ("-O2", "not-a-compile"),
        ("--version", "not-a-compile"),
        ("-print-file-name=libc.a", "not-a-compile"),
        ("-E -dM -", "preprocesses"),
        ("-M a.c", "preprocesses"),
        ("-S a.c", "assembly"),
        ("-c a.c b.c", "input"),
        ("-c a.c b.o", "input"),
        ("-c", "input"),
        ("-c a.o", "input"),
        ("-c a.unknown", "input"),
        ("-c -", "stdin"),
        ("-c -x c -", "stdin"),
        ("-c a.h", "precompiled-header"),
        ("-c -x c++-header a.hpp", "precompiled-header"),
        ("-c a.cppm", "modules"),
        ("-c a.cc -fmodules-ts", "modules"),
        ("-c a.f90", "language"),
        ("-c -x cuda a.cu", "language"),
        ("-c a.c -save-temps", "save-temps"),
        ("-c a.c -march=native", "native-cpu"),
        ("-c a.c -fplugin=x.so", "option"),
        ("-c a.c -o", "argument"),
        ("-c a.c @missing", "response-file"),
        ("-c a.c --", "option"),
    ],
)
def test_refused(line: str, reason: str) -> None:
    assert refusal_of(base=line.split())[0] == reason
    assert (Outcome.UNCACHEABLE, reason) in REASONS


def test_an_empty_word_is_no_source() -> None:
    assert refusal_of(base=("-c", ""))[0] == "input"


def test_the_unit() -> None:
    unit = unit_of("-O2", "-MD", program="arm-linux-gnueabihf-gcc-12")
    assert unit.language == "c"
    assert unit.name == "src/a.c (c)"
    assert unit.words == [
        Word("driver", "arm-linux-gnueabihf-gcc-12"),
        Word("source", "src/a.c"),
        Word("-o", "out/a.o"),
        Word("option", "-O2"),
        Word("-MD", ""),
    ]
    assert unit.inputs == (Input("source", "/w/src/a.c"),)
    assert unit.outputs == [Output("object", "/w/out/a.o"), Output("dep-info", "/w/out/a.d")]
    assert unit.dep_info == "/w/out/a.d"
    assert (unit.out_dir, unit.cwd, unit.compiler) == ("/w/out", "/w", "/usr/bin/arm-linux-gnueabihf-gcc-12")
    assert (unit.env, unit.env_paths, unit.link, unit.target) == ((), (), None, None)
    assert unit.observed
    assert not unit.hides_places
    assert (unit.crate_name, unit.package_dir, unit.added) == ("", None, ())


def test_absolute_paths() -> None:
    unit = unit_of(base=("-c", "/s/a.c", "-o", "/t/a.o"))
    assert unit.words[1:] == [Word("source", "/s/a.c", is_path=True)]
    assert unit.inputs == (Input("source", "/s/a.c"),)
    assert unit.outputs == [Output("object", "/t/a.o")]
    assert Word("-o", "/t/../a.o") in [
        Word(w.name, w.value) for w in unit_of(base=("-c", "a.c", "-o/t/../a.o")).words
    ]


def test_in_the_root() -> None:
    unit = unit_of(base=("-c", "a.c"), cwd="/")
    assert (unit.inputs[0].path, unit.outputs[0].path, unit.out_dir) == ("/a.c", "/a.o", "/")


def test_names() -> None:
    assert unit_of(base=("-c", "/x/a.cc")).name == "/x/a.cc (c++)"
    assert unit_of(base=("-c", "a.c"), program="g++").name == "a.c (c++)"
    package = "zstd-sys 2.0.15"
    whole = unit_of(base=("-c", "/reg/zstd-sys-2.0.15/lib/a.S"), env=CARGO)
    assert whole.name == f"{package}: lib/a.S (asm-cpp)"
    assert (
        unit_of(base=("-c", "lib/a.c"), cwd="/reg/zstd-sys-2.0.15", env=CARGO).name
        == f"{package}: lib/a.c (c)"
    )
    assert unit_of(base=("-c", "/o/a.c"), env=CARGO).name == f"{package}: /o/a.c (c)"
    assert (whole.crate_name, whole.package_dir) == ("zstd-sys", "/reg/zstd-sys-2.0.15")


@pytest.mark.parametrize("word", ["-flto", "-gz", "-fembed-bitcode", "-Wa,--compress-debug-sections"])
def test_what_hides_places(word: str) -> None:
    assert unit_of(word).hides_places


@pytest.mark.parametrize("name", VARIABLES)
def test_variables_that_do_more(name: str) -> None:
    assert refusal_of(env={name: "x"}) == ("option", name)
    assert unit_of(env={name: ""})


def test_response_files() -> None:
    files = {"args": b"-O2 -I 'a b' @more", "more": b"-DX"}
    assert unit_of("@args", files=files).words == unit_of("-O2", "-Ia b", "-DX").words


def test_a_program_with_a_directory_and_a_suffix() -> None:
    assert unit_of(program="gcc.exe").words[0] == Word("driver", "gcc")


@pytest.mark.parametrize("value", ["off", "0", "false"])
def test_without_observation_nothing_tells_what_it_reads(value: str) -> None:
    assert refusal_of("-c", "a.c", env={"DUNNAGE_OBSERVE": value})[0] == "not-observed"
