"""Cases of C about what comes out: all files, diagnostics, errors; and about what a compiler is told by its shell."""

from pathlib import Path

from support.battery.c_case import CCase, Link, State

BODY = (
    "#include <stdio.h>\nstatic inline int twice(int x) { return 2 * x; }\n"
    'int word(int x) { puts("word"); return twice(x); }\n'
)
HEADER = {"a.c": '#include "dir/word.h"\nint word(void) { return WORD; }\n', "dir/word.h": "#define WORD 1\n"}
WARNS = "int word(void) { int unused; return 1; }\n"


def _only(*words: str) -> tuple[State, ...]:
    return (State(words=words),)


def _two_dirs(directory: Path) -> None:
    (directory / "out").mkdir(exist_ok=True)


def _depfiles(name: str, *words: str) -> CCase:
    return CCase(
        name=f"depfile-{name}",
        claim=f"`{' '.join(words)}`: the dependency file comes back to the byte.",
        files=HEADER,
        states=(
            State(words=("gcc", "-c", *words, "a.c"), prepare=_two_dirs),
            State(words=("gcc", "-c", *words, "{here}/a.c"), prepare=_two_dirs),
            State(words=("clang", "-c", *words, "a.c"), prepare=_two_dirs),
        ),
        differ=False,
    )


def _makes(name: str, *words: str, varies: tuple[str, ...] = (), claim: str = "") -> CCase:
    text = claim or "Objects and all files beside them come back"
    return CCase(
        name=f"makes-{name}",
        claim=f"`{' '.join(words)}`: {text}.",
        files={"a.c": BODY},
        states=(
            State(words=("gcc", "-c", *words, "a.c", "-o", "out/x.y.o"), prepare=_two_dirs),
            State(words=("gcc", "-c", *words, "a.c"), prepare=_two_dirs),
            State(words=("clang", "-c", *words, "a.c", "-o", "out/x.y.o"), prepare=_two_dirs),
        ),
        differ=False,
        varies=varies,
    )


CASES = [
    _depfiles("MD", "-MD"),
    _depfiles("MMD", "-MMD"),
    _depfiles("MF", "-MD", "-MF", "out/a.dep"),
    _depfiles("MT", "-MMD", "-MT", "one two$", "-MT", "three"),
    _depfiles("MQ", "-MMD", "-MP", "-MQ", "one two$"),
    _depfiles("absolute", "-MD", "-MF", "{here}/out/a.d", "-I", "{here}/dir", "-o", "{here}/out/a.o"),
    _depfiles("Wp", "-Wp,-MMD,out/.a.o.d", "-o", "out/a.o"),
    _makes("debug", "-g"),
    _makes("split", "-g", "-gsplit-dwarf"),
    _makes("compressed", "-g", "-gz"),
    _makes("coverage", "--coverage", "-frandom-seed=1", varies=(".gcno", ".o")),
    _makes("lto", "-flto", "-frandom-seed=1"),
    _makes("optimised", "-O2", "-fPIC", "-ffunction-sections"),
    _makes("sanitized", "-fsanitize=address,undefined", "-g"),
    CCase(
        name="makes-stack-usage",
        claim="`.su` files come back.",
        files={"a.c": BODY},
        states=_only("gcc", "-c", "-fstack-usage", "a.c", "-o", "x.y.o"),
    ),
    CCase(
        name="c++",
        claim="C++ with heavy headers is like C.",
        files={
            "a.cc": "#include <map>\n#include <string>\nnamespace { std::map<std::string, int> m; }\n"
            "int word() { return m[__func__]; }\n"
        },
        states=(
            State(words=("g++", "-c", "-g", "a.cc")),
            State(words=("clang++", "-c", "-g", "a.cc")),
            State(words=("gcc", "-c", "-g", "-std=c++20", "a.cc")),
        ),
        differ=False,
    ),
    CCase(
        name="warnings",
        claim="Warnings come again to the byte.",
        files={"a.c": WARNS},
        states=(
            State(words=("gcc", "-Wall", "-c", "a.c")),
            State(words=("gcc", "-c", "a.c")),
            State(words=("clang", "-Wall", "-c", "a.c")),
        ),
        differ=False,
    ),
    CCase(
        name="werror",
        claim="`-Werror` makes an error of them, each time.",
        files={"a.c": WARNS},
        states=(
            State(words=("gcc", "-Wall", "-c", "a.c")),
            State(words=("gcc", "-Wall", "-Werror", "-c", "a.c")),
        ),
        hits=1,
    ),
    CCase(
        name="error",
        claim="An error is never stored.",
        files={"a.c": "int word(void) { return }\n"},
        states=(State(words=("gcc", "-c", "a.c")), State(words=("clang", "-c", "a.c"))),
        reason="compile-failed",
    ),
    CCase(
        name="colours",
        claim="Colours that were asked for come again, and only to who asks.",
        files={"a.c": WARNS},
        states=(
            State(words=("gcc", "-Wall", "-fdiagnostics-color=always", "-c", "a.c")),
            State(words=("gcc", "-Wall", "-c", "a.c")),
            State(
                words=("gcc", "-Wall", "-fdiagnostics-color=always", "-c", "a.c"),
                env={"GCC_COLORS": "warning=01;32"},
            ),
            State(
                words=("gcc", "-Wall", "-fdiagnostics-color=never", "-c", "a.c"),
                env={"GCC_COLORS": "warning=01;32"},
            ),
        ),
        differ=False,
    ),
    CCase(
        name="locale",
        claim="A diagnostic is in the quotes of its locale.",
        files={"a.c": WARNS},
        words=("gcc", "-Wall", "-c", "a.c"),
        states=(
            State(env={"LC_ALL": "C"}),
            State(env={"LC_ALL": "C.UTF-8"}),
            State(env={"LC_ALL": "", "LC_CTYPE": "C.UTF-8"}),
            State(env={"LANG": "C.UTF-8"}),
            State(),
        ),
        differ=False,
        hits=6,
    ),
    CCase(
        name="charset",
        claim="A source in another character set, too.",
        files={"a.c": "int word(void) { int ünused = 1; return 1; }\n"},
        words=("gcc", "-Wall", "-c", "a.c"),
        states=(
            State(env={"LC_ALL": "C"}),
            State(env={"LC_CTYPE": "C.UTF-8"}),
            State(env={"LC_ALL": "C", "LC_CTYPE": "C.UTF-8"}),
        ),
        differ=False,
        hits=4,
    ),
    CCase(
        name="message-length",
        claim="The width of diagnostics is a word like any other.",
        files={"a.c": WARNS},
        states=(
            State(words=("gcc", "-Wall", "-fmessage-length=20", "-c", "a.c")),
            State(words=("gcc", "-Wall", "-fno-diagnostics-show-caret", "-c", "a.c")),
            State(words=("gcc", "-Wall", "-fdiagnostics-format=json", "-c", "a.c")),
        ),
    ),
    CCase(
        name="H",
        claim="`-H` lists headers on stderr, again and again.",
        files=HEADER,
        states=_only("gcc", "-H", "-c", "a.c"),
    ),
    CCase(
        name="missing-include",
        claim="A header that is missing is the compiler's own error.",
        files={"a.c": '#include "none.h"\n'},
        states=(State(words=("gcc", "-MD", "-c", "a.c")), State(words=("clang", "-MD", "-c", "a.c"))),
        reason="compile-failed",
    ),
    CCase(
        name="missing-source",
        claim="So is a source.",
        files={},
        states=(State(words=("gcc", "-c", "a.c")), State(words=("clang", "-c", "a.c"))),
        hits=0,
        differ=False,
    ),
    CCase(
        name="source-is-directory",
        claim="Or a source that is a directory.",
        files={"a.c/b": ""},
        states=_only("gcc", "-c", "a.c"),
        hits=0,
    ),
    CCase(
        name="no-directory",
        claim="An object whose directory is not there is the compiler's own error.",
        files={"a.c": BODY},
        states=(
            State(words=("gcc", "-c", "a.c", "-o", "none/a.o")),
            State(words=("clang", "-c", "a.c", "-o", "none/a.o")),
        ),
        hits=0,
    ),
    CCase(
        name="no-depfile",
        claim="So is a dependency file that cannot be written.",
        files={"a.c": BODY},
        states=(
            State(words=("gcc", "-c", "-MD", "-MF", "none/a.d", "a.c")),
            State(words=("clang", "-c", "-MD", "-MF", "none/a.d", "a.c")),
        ),
        hits=0,
    ),
    CCase(
        name="no-directory-once-stored",
        claim="Also where the same object was stored before.",
        files={"a.c": BODY},
        states=(
            State(words=("gcc", "-c", "a.c", "-o", "out/a.o"), prepare=_two_dirs),
            State(
                words=("gcc", "-c", "a.c", "-o", "out/a.o"),
                prepare=lambda directory: (directory / "out").rmdir(),
            ),
        ),
        hits=1,
    ),
    CCase(
        name="depfile-gone-once-stored",
        claim="And where only its dependency file cannot be written any more.",
        files={"a.c": BODY},
        states=(
            State(words=("gcc", "-c", "-MD", "-MF", "out/a.d", "a.c"), prepare=_two_dirs),
            State(
                words=("gcc", "-c", "-MD", "-MF", "out/a.d", "a.c"),
                prepare=lambda directory: (directory / "out").rmdir(),
            ),
        ),
        hits=1,
    ),
    CCase(
        name="no-prefix-map",
        claim="`-fdebug-prefix-map` and friends are respected.",
        files={"a.c": BODY},
        states=(
            State(words=("gcc", "-g", "-c", "-fdebug-prefix-map={here}=.", "a.c")),
            State(words=("gcc", "-g", "-c", "-ffile-prefix-map={here}=/x", "{here}/a.c")),
        ),
    ),
    CCase(
        name="in-place",
        claim="An object that is made through a link goes where the link points.",
        files={"a.c": BODY, "there/keep": ""},
        words=("gcc", "-c", "a.c", "-o", "here/a.o"),
        states=(State(files={"here": Link("there")}),),
    ),
    CCase(
        name="pipe",
        claim="`-pipe` and `-no-integrated-cpp` change nothing.",
        files={"a.c": BODY},
        states=(
            State(words=("gcc", "-pipe", "-c", "a.c")),
            State(words=("gcc", "-no-integrated-cpp", "-c", "a.c")),
            State(words=("clang", "-no-integrated-as", "-c", "a.c")),
        ),
        differ=False,
    ),
    CCase(
        name="preprocessed",
        claim="A source that was preprocessed before.",
        files={"a.i": '# 1 "a.c"\n# 1 "word.h" 1\nint word(void) { return 1; }\n'},
        words=("gcc", "-g", "-c", "a.i"),
        states=(State(),),
    ),
    CCase(
        name="x",
        claim="`-x` says what a source is.",
        files={"a.txt": "int word(void) { return sizeof('a'); }\n"},
        states=(
            State(words=("gcc", "-x", "c", "-c", "a.txt")),
            State(words=("gcc", "-x", "c++", "-c", "a.txt")),
        ),
    ),
]
