"""Which files are made: real gcc and clang make what a unit says, no more and no less."""

import shutil
from pathlib import Path

import pytest

from support.gnu_args import compile_in, files_in, refusal_of, sources, unit_of

B = "-c in/b.c"
BOTH = (
    "-c a.c",
    B,
    "-c in/two.dots.c",
    "-c in/two.dots.c -MD -fstack-usage",
    f"{B} -o out/x.o",
    f"{B} -oout/x",
    f"{B} -o out/x.y.o -MD -fstack-usage --coverage",
    f"{B} -o out/x.lo -MMD --coverage",
    f"{B} -o out/x -MMD -fstack-usage --coverage",
    f"{B} -o out/x. -MD -fstack-usage --coverage",
    f"{B} -o out/.x.o -MD -fstack-usage --coverage",
    f"{B} -MD",
    f"{B} -MMD",
    f"{B} -MD -MF out/q.dep",
    f"{B} -MFout/q.dep -MMD -o out/x.o",
    f"{B} -MD -MT t -MQ u -MP -o out/x.o",
    f"{B} -MD -MT a.c",
    f"{B} -Wp,-MD,out/q.d -o out/x.o",
    f"{B} -Wp,-MMD,out/q.d",
    f"{B} -g -gsplit-dwarf",
    f"{B} -g -gsplit-dwarf -o out/x.o",
    f"{B} -gsplit-dwarf -gdwarf-4 -o out/x",
    f"{B} -g -gsplit-dwarf -o out/x.y.o",
    f"{B} -g -gsplit-dwarf -gno-split-dwarf",
    f"{B} --coverage",
    f"{B} -coverage -o out/x.o",
    f"{B} -fprofile-arcs -ftest-coverage -o out/x.o",
    f"{B} -fprofile-arcs -o out/x.o",
    f"{B} -ftest-coverage -fno-test-coverage",
    f"{B} --coverage -fno-test-coverage",
    f"{B} --coverage -fprofile-dir=sub",
    f"{B} -fprofile-generate -fprofile-update=atomic",
    f"{B} -fstack-usage",
    f"{B} -fstack-usage -o out/x.o",
    f"{B} -flto -fstack-usage --coverage -MD -o out/x.o",
    f"{B} -flto -fno-lto -fstack-usage -o out/x.o",
    f"{B} -g -gz -fPIC -O2 -pipe -pthread -Wall -std=gnu11",
    f"{B} -fsanitize=address,undefined -fno-omit-frame-pointer",
    f"{B} -fdiagnostics-color=always -fmessage-length=0",
    f"{B} --output=out/x.o -MD",
    "--compile a.c",
    f"{B} -I . -Iin -isystem sub -iquote out -idirafter in -D A -DB=1 -U A -include a.c -imacros in/h.h",
    f"{B} -Xlinker x -Wl,-z,now -L sub -Lout -l m -lm -s -static -T x -u x",
    f"{B} -Wa,--noexecstack -Wp,-D_FORTIFY_SOURCE=2 --param ggc-min-expand=10 -x none",
    "-c pre.i -MD -g -gsplit-dwarf -fstack-usage --coverage",
    "-c pre.i -MD -MF out/q.d",
    "-c low.s -MD",
    "-c low.s -MD -g -gsplit-dwarf -fstack-usage --coverage",
    "-c up.S -MD -g -gsplit-dwarf -fstack-usage --coverage",
    "-c up.S -MMD -o out/x.o",
    "-c -x c plain",
    "-c -xc plain -MD -o out/x.o",
    "-c -x assembler-with-cpp low.s -MD -DX",
    "-c cc.cc -MD -fno-exceptions",
    "-c cc.cc -MD -fstack-usage -std=c++20 -pg",
    "-c up.S -Wp,-MMD,out/q.d -o out/x.o",
    "-c -xcpp-output plain -MD",
    "-c -x c++ plain -x none -MD",
    f"{B} -MD -H -P -fPIE",
    f"{B} -fsanitize-coverage=trace-pc",
    f"{B} -MT t -MF out/q.d -MMD -MD",
)
GCC = (
    f"{B} -fprofile-use -MD -Wno-missing-profile",
    f"{B} -gsplit-dwarf -o out/x.o",
    f"{B} -gsplit-dwarf -g0 -o out/x.o",
    f"{B} -g -gsplit-dwarf -flto -fstack-usage -MD -o out/x.o",
    f"{B} -fstack-usage -MD -o out/x.o -dumpbase zz",
    f"{B} -fstack-usage -MD -o out/x.o -dumpbase zz.c -dumpdir sub/",
    f"{B} -fstack-usage -MD -dumpdir sub/",
    f"{B} -fstack-usage -MD -dumpdir sub/pre- --coverage",
    f"{B} -fstack-usage -MD -dumpbase sub/zz -o out/x.o",
    f"{B} -fstack-usage -MD -dumpbase zz -g -gsplit-dwarf",
    f"{B} -fstack-usage -MD -MF out/q.d -dumpdir sub/ -o out/x.y.o",
    f"{B} -MD -fdirectives-only -fpch-preprocess -fworking-directory",
    f"{B} -fanalyzer -fipa-pta -finstrument-functions -fprofile-abs-path --coverage -fprofile-dir=sub",
    f"{B} -frecord-gcc-switches -fverbose-asm -fopt-info -O2",
)
CLANG = (
    f"{B} -gsplit-dwarf -o out/x.o",
    f"{B} -gsplit-dwarf -g0 -o out/x.o",
    f"{B} -gsplit-dwarf -gcolumn-info",
    f"{B} -gsplit-dwarf -gline-tables-only",
    f"{B} -g -gsplit-dwarf=single",
    f"{B} -g -gsplit-dwarf -flto=thin -MD -o out/x.o",
    f"{B} -fprofile-instr-generate -fcoverage-mapping",
    f"{B} -Xclang -target-feature -Xclang +sse3 -mllvm -inline-threshold=3",
    f"{B} -target x86_64-linux-gnu -MV -MD",
)
CASES = [
    *((program, line) for line in BOTH for program in ("gcc", "clang")),
    *(("gcc", line) for line in GCC),
    *(("clang", line) for line in CLANG),
    ("g++", "-c cc.cc -MMD -o out/x.o"),
    ("g++", f"{B} -MD"),
    ("clang++", "-c cc.cc -MMD -o out/x.o --coverage"),
]


@pytest.mark.parametrize(("program", "line"), CASES)
def test_the_files_that_were_really_made_are_those_of_the_unit(
    program: str, line: str, tmp_path: Path
) -> None:
    words = line.split()
    folder = sources(tmp_path / "w")
    unit = unit_of(base=words, program=program, cwd=str(folder))
    before = files_in(folder)
    done = compile_in(folder, program, words)
    assert done.returncode == 0, done.stderr
    made = {str(folder / name) for name in files_in(folder) - before}
    assert made == {output.path for output in unit.outputs}, line
    assert unit.outputs[0].kind == "object"
    assert unit.dep_info in {"", *made}


def test_absolute_outputs(tmp_path: Path) -> None:
    folder = sources(tmp_path / "w")
    words = ["-c", f"{folder}/a.c", "-MD", "-fstack-usage", "-o", f"{folder}/out/x.o"]
    unit = unit_of(base=words, cwd="/")
    assert compile_in(Path("/"), "gcc", words).returncode == 0
    assert {output.path for output in unit.outputs} == {str(path) for path in (folder / "out").iterdir()}


def test_cc_counts_as_gcc(tmp_path: Path) -> None:
    assert shutil.which("cc")
    unit = unit_of("-gsplit-dwarf", program="cc")
    assert [output.kind for output in unit.outputs] == ["object", "dwo"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("-c a.c -o /dev/null", "explicit-output"),
        ("-c a.c -o /dev/fd/4", "explicit-output"),
        ("-c a.c -o -", "explicit-output"),
        ("-c a.c -o out/", "explicit-output"),
        ("-c a.c -o out/..", "explicit-output"),
        ("-c a.c -MD -MF /dev/stdout", "explicit-output"),
        ("-c a.c -MD -MF -", "explicit-output"),
        ("-c a.c -o out/.x -MD -fstack-usage", "explicit-output"),
        ("-c a.c -MD -MF a.o", "explicit-output"),
        ("-c a.c -dumpbase x -dumpbase-ext .c", "explicit-output"),
        ("-c a.c -Wp,-MD,x.d -MD", "option"),
        ("-c a.c -Wp,-MD,x.d -MF y.d", "option"),
        ("-c a.i -Wp,-MD,x.d", "option"),
    ],
)
def test_refused(line: str, reason: str) -> None:
    assert refusal_of(base=line.split())[0] == reason


def test_without_others_a_dot_in_front_is_fine() -> None:
    assert [output.path for output in unit_of(base=("-c", "a.c", "-o", "out/.x")).outputs] == ["/w/out/.x"]


def test_an_empty_output_is_none() -> None:
    assert refusal_of("-o", "")[0] == "explicit-output"
