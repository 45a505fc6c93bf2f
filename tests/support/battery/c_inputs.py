"""Cases of C about what goes in: headers, the include path, words, variables, places, macros, the compiler itself."""

import os
import shutil
import subprocess
from pathlib import Path

from support.battery.c_case import CCase, Link, State
from support.battery.c_judge import parts_of_gcc

PARTS_OF_GCC = parts_of_gcc() if shutil.which("gcc") else "-B"

ONE, TWO = "#define WORD 1\n", "#define WORD 2\n"
USES = '#include "word.h"\nint word(void) { return WORD; }\n'


def _words(*words: str) -> State:
    return State(words=words)


def _env(**env: str | None) -> State:
    return State(env=env)


DEEP = {f"deep/{level}.h": f'#include "{level + 1}.h"\n' for level in range(12)} | {"deep/12.h": ONE}
SEARCHED = {
    "a.c": "#include <word.h>\nint word(void) { return WORD; }\n",
    "second/word.h": ONE,
    "first/other.h": "",
}
LOOKING = ("gcc", "-c", "-Ifirst", "-Isecond", "a.c")

THOUSAND = "".join(f"-DWORD_{number}={number}\n" for number in range(1000)) + "-DWORD=1\n"
ODD = "odd ' \" $\\ name\nof two lines"


def _driver(flags: str) -> State:
    """A compiler of our own, that is another one in each state: a copy with a word more at its end."""

    def prepare(directory: Path) -> None:
        program = directory / "bin/gcc"
        program.parent.mkdir(exist_ok=True)
        program.unlink(missing_ok=True)
        shutil.copy2(os.path.realpath(shutil.which("gcc") or ""), program)
        with program.open("ab") as file:
            file.write(flags.encode())

    return State(prepare=prepare)


def _cc1(trailer: str) -> State:
    """The same driver, and behind `-B` a cc1 that is another one in each state: with other words built in."""

    def prepare(directory: Path) -> None:
        program = directory / "exec/cc1"
        program.parent.mkdir(exist_ok=True)
        program.unlink(missing_ok=True)
        found = subprocess.run(["gcc", "-print-prog-name=cc1"], capture_output=True, text=True, check=True)
        shutil.copy2(found.stdout.strip(), program)
        with program.open("ab") as file:
            file.write(trailer.encode())

    return State(prepare=prepare)


def _copies(apart: bool) -> State:
    """Two headers with the same text: one file, or two to a compiler that takes equal times for equal files."""

    def prepare(directory: Path) -> None:
        os.utime(directory / "one/once.h", (1_000_000_000, 1_000_000_000))
        when = 1_000_000_000 + apart
        os.utime(directory / "two/once.h", (when, when))

    return State(prepare=prepare)


CASES = [
    CCase(
        name="deep-header",
        claim="A header that a header includes, twelve deep, counts.",
        files={"a.c": '#include "deep/0.h"\nint word(void) { return WORD; }\n', **DEEP},
        states=(State(), State(files={"deep/12.h": TWO})),
    ),
    CCase(
        name="header-in-front",
        claim="A header that comes first on the include path counts, and so does its end.",
        files=SEARCHED,
        words=LOOKING,
        states=(State(), State(files={"first/word.h": TWO}), State(files={"first/word.h": None})),
        differ=False,
        hits=4,
    ),
    CCase(
        name="header-beside",
        claim="A header that appears beside the source hides the one on the include path.",
        files={**SEARCHED, "a.c": USES},
        words=LOOKING,
        states=(State(files={"word.h": None}), State(files={"word.h": TWO})),
    ),
    CCase(
        name="header-removed",
        claim="A header that is gone is the compiler's own error.",
        files={"a.c": USES, "word.h": ONE},
        states=(State(), State(files={"word.h": None})),
        hits=1,
    ),
    CCase(
        name="has-include",
        claim="What `__has_include` looks for in vain counts.",
        files={"a.c": '#if __has_include("word.h")\nint here;\n#else\nint there;\n#endif\n'},
        states=(State(files={"word.h": None}), State(files={"word.h": ONE})),
    ),
    CCase(
        name="include-next",
        claim="`#include_next` finds what comes next today.",
        files={
            "a.c": "#include <word.h>\nint word(void) { return WORD; }\n",
            "first/word.h": "#include_next <word.h>\n",
            "third/word.h": ONE,
        },
        words=("gcc", "-c", "-Ifirst", "-Isecond", "-Ithird", "a.c"),
        states=(State(files={"second/word.h": None}), State(files={"second/word.h": TWO})),
    ),
    CCase(
        name="link-retargeted",
        claim="A symbolic link to a header is what it points to today.",
        files={"a.c": USES, "one.h": ONE, "two.h": TWO},
        states=(State(files={"word.h": Link("one.h")}), State(files={"word.h": Link("two.h")})),
    ),
    CCase(
        name="directory-retargeted",
        claim="A symbolic link to a directory of headers, too.",
        files={"a.c": USES, "v1/word.h": ONE, "v2/word.h": TWO},
        words=("gcc", "-c", "-Ilatest", "a.c"),
        states=(State(files={"latest": Link("v1")}), State(files={"latest": Link("v2")})),
    ),
    CCase(
        name="beside-the-link",
        claim="Quotes look beside the link through which a header was found, and that counts.",
        files={
            "a.c": '#include "x/outer.h"\nint word(void) { return WORD; }\n',
            "real/outer.h": '#include "word.h"\n',
            "real/word.h": ONE,
            "x/outer.h": Link("../real/outer.h"),
            "fall/word.h": ONE,
        },
        words=("gcc", "-c", "-Ifall", "a.c"),
        states=(State(files={"x/word.h": None}), State(files={"x/word.h": TWO})),
    ),
    CCase(
        name="order-of-D",
        claim="The order of `-D` and `-U` counts.",
        files={"a.c": "int word(void) { return WORD; }\n"},
        states=(
            _words("gcc", "-c", "-DWORD=1", "-UWORD", "-DWORD=2", "a.c"),
            _words("gcc", "-c", "-DWORD=2", "-UWORD", "-DWORD=1", "a.c"),
        ),
    ),
    CCase(
        name="order-of-I",
        claim="The order of `-I` counts.",
        files={"a.c": USES, "one/word.h": ONE, "two/word.h": TWO},
        states=(_words("gcc", "-c", "-Ione", "-Itwo", "a.c"), _words("gcc", "-c", "-Itwo", "-Ione", "a.c")),
    ),
    CCase(
        name="kind-of-I",
        claim="`-iquote`, `-I`, `-isystem` and `-idirafter` are not the same.",
        files={
            "a.c": "#include <word.h>\nint word(void) { return WORD; }\n",
            "one/word.h": ONE,
            "two/word.h": TWO,
        },
        states=(
            _words("gcc", "-c", "-Ione", "-isystem", "two", "a.c"),
            _words("gcc", "-c", "-isystem", "one", "-Itwo", "a.c"),
            _words("gcc", "-c", "-iquote", "one", "-idirafter", "two", "a.c"),
        ),
        differ=False,
    ),
    CCase(
        name="words-run-together",
        claim="Words do not run into each other.",
        files={"a.c": "#ifdef A\nint a;\n#endif\n#ifdef AB\nint ab;\n#endif\n#ifdef B\nint b;\n#endif\n"},
        states=(
            _words("gcc", "-c", "-DA", "-DB", "a.c"),
            _words("gcc", "-c", "-DAB", "a.c"),
            _words("gcc", "-c", "-D", "A", "-D", "AB", "a.c"),
        ),
    ),
    CCase(
        name="other-driver",
        claim="Another driver at the same place is another compiler.",
        files={"a.c": "int word;\n"},
        words=("{here}/bin/gcc", PARTS_OF_GCC, "-c", "a.c"),
        states=(_driver(""), _driver("x")),
        differ=False,
    ),
    CCase(
        name="other-cc1",
        claim="Another `cc1` behind the same driver is another compiler.",
        files={"a.c": "int word;\n"},
        words=("gcc", "-B", "{here}/exec", "-c", "a.c"),
        states=(_cc1(""), _cc1("x")),
        differ=False,
    ),
    CCase(
        name="specs",
        claim="A specs file counts by its contents.",
        files={"a.c": "int word(void) { return WORD; }\n"},
        words=("gcc", "-specs=my.specs", "-c", "a.c"),
        states=(
            State(files={"my.specs": "*cpp_unique_options:\n+ -DWORD=1\n\n"}),
            State(files={"my.specs": "*cpp_unique_options:\n+ -DWORD=2\n\n"}),
        ),
    ),
    CCase(
        name="two-paths",
        claim="The same file through two paths has the name that it was called by.",
        files={"real/a.c": "int word(void) { return 1; }\n", "link": Link("real")},
        states=(
            _words("gcc", "-g", "-c", "real/a.c"),
            _words("gcc", "-g", "-c", "link/a.c"),
            _words("gcc", "-g", "-c", "./real/a.c"),
            _words("gcc", "-g", "-c", "{here}/real/a.c"),
        ),
    ),
    CCase(
        name="pragma-once",
        claim="Two equal headers with `#pragma once` are one or two, as the compiler sees it today.",
        files={
            "a.c": '#include "one/once.h"\n#include "two/once.h"\n',
            "one/once.h": "#pragma once\nint once = 1;\n",
            "two/once.h": "#pragma once\nint once = 1;\n",
        },
        states=(_copies(False), _copies(True)),
        reason="twin-headers",
    ),
    CCase(
        name="response-file",
        claim="A response file of a thousand words counts by its contents.",
        files={"a.c": "int word(void) { return WORD + WORD_999; }\n"},
        words=("gcc", "-c", "@words.rsp", "a.c"),
        states=(
            State(files={"words.rsp": THOUSAND}),
            State(files={"words.rsp": THOUSAND.replace("WORD=1", "WORD=2")}),
        ),
    ),
    CCase(
        name="nested-response-file",
        claim="One that names another, too.",
        files={"a.c": "int word(void) { return WORD; }\n", "outer.rsp": "-c @inner.rsp a.c"},
        words=("gcc", "@outer.rsp"),
        states=(State(files={"inner.rsp": "-DWORD=1"}), State(files={"inner.rsp": "'-DWORD=2'"})),
    ),
    CCase(
        name="odd-names",
        claim="Names with blanks, quotes and newlines are names.",
        files={
            f"{ODD}.c": '#include "plain name.h"\nint word(void) { return WORD; }\n',
            f"{ODD}/plain name.h": ONE,
        },
        words=("gcc", "-c", "-MD", f"-I{ODD}", f"{ODD}.c", "-o", f"{ODD}.o"),
        states=(State(), State(files={f"{ODD}/plain name.h": TWO})),
    ),
    CCase(
        name="incbin",
        claim="What `.incbin` takes in counts.",
        files={"a.c": '__asm__(".data\\n.incbin \\"data.bin\\"\\n");\n'},
        states=(State(files={"data.bin": "one"}), State(files={"data.bin": "two"})),
    ),
    CCase(
        name="assembler",
        claim="Assembler code that is preprocessed reads headers, and `.include` reads more.",
        files={"a.S": '#include "word.h"\n.include "more.s"\n.long WORD\n', "more.s": ".long 7\n"},
        words=("gcc", "-c", "a.S"),
        states=(
            State(files={"word.h": ONE}),
            State(files={"word.h": TWO}),
            State(files={"word.h": ONE, "more.s": ".long 8\n"}),
        ),
    ),
    CCase(
        name="include-option",
        claim="What `-include` and `-imacros` name counts.",
        files={"a.c": "int word(void) { return WORD + MORE; }\n"},
        words=("gcc", "-c", "-include", "pre.h", "-imacros", "macros.h", "a.c"),
        states=(
            State(files={"pre.h": ONE, "macros.h": "#define MORE 1\n"}),
            State(files={"pre.h": TWO, "macros.h": "#define MORE 1\n"}),
            State(files={"pre.h": TWO, "macros.h": "#define MORE 2\n"}),
        ),
        differ=False,
    ),
    *(
        CCase(
            name=f"{variable.lower()}",
            claim=f"`{variable}` counts, unset, empty (the current directory) and set.",
            files={
                f"src/a.{suffix}": USES.replace('"word.h"', "<word.h>"),
                "word.h": ONE,
                "more/word.h": TWO,
                "last/word.h": "#define WORD 3\n",
            },
            words=(compiler, "-c", "-idirafter", "last", f"src/a.{suffix}"),
            states=(
                _env(),
                State(env={variable: ""}),
                State(env={variable: "more"}),
                State(env={variable: "none:{here}/more"}),
            ),
            differ=False,
        )
        for variable, compiler, suffix in (
            ("CPATH", "gcc", "c"),
            ("C_INCLUDE_PATH", "gcc", "c"),
            ("CPLUS_INCLUDE_PATH", "g++", "cc"),
            ("CPATH", "clang", "c"),
            ("C_INCLUDE_PATH", "clang", "c"),
        )
    ),
    CCase(
        name="compiler-path",
        claim="`COMPILER_PATH` and `GCC_EXEC_PREFIX` say where the compiler is looked for.",
        files={"a.c": "int word;\n"},
        states=(_env(), State(env={"COMPILER_PATH": "{here}/none"})),
        differ=False,
    ),
]
"""In the order of what they are about."""
