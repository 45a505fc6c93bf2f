"""Cases of C about time and places, and about what is no compiler but stands in front of one."""

import os
import shutil
from pathlib import Path

from support.battery.c_case import CCase, Link, State


def _env(**env: str | None) -> State:
    return State(env=env)


def _words(*words: str) -> State:
    return State(words=words)


def make_wrapper(program: str) -> State:
    """A shell script in front of a compiler."""

    def prepare(directory: Path) -> None:
        script = directory / "bin" / program
        script.parent.mkdir(exist_ok=True)
        script.write_text(f'#!/bin/sh\nexec {shutil.which(program)} -DWORD=1 "$@"\n')
        script.chmod(0o755)

    return State(prepare=prepare)


def _clock(seconds: int, name: str = "a.c") -> State:
    return State(prepare=lambda directory: os.utime(directory / name, (seconds, seconds)))


CASES = [
    CCase(
        name="time",
        claim="`__DATE__` and `__TIME__` without SOURCE_DATE_EPOCH are not stored.",
        files={"a.c": 'const char *when = __DATE__ " " ;\n'},
        states=(State(),),
        reason="time-macro",
    ),
    CCase(
        name="time-in-header",
        claim="In a header, pasted together, too.",
        files={"a.c": '#include "when.h"\nconst char *when = WHEN;\n', "when.h": "#define WHEN __DATE__\n"},
        states=(State(),),
        reason="time-macro",
    ),
    CCase(
        name="time-on-command-line",
        claim="On the command line, too.",
        files={"a.c": "const char *when = WHEN;\n"},
        words=("gcc", "-c", "-DWHEN=__DATE__", "a.c"),
        states=(State(),),
        reason="time-macro",
    ),
    CCase(
        name="time-pasted",
        claim="In two halves, too.",
        files={
            "a.c": "#define JOIN(a, b) a ## b\n#define OF(a, b) JOIN(a, b)\nconst char *when = OF(__DA, TE__);\n"
        },
        states=(State(),),
        reason="time-macro",
    ),
    CCase(
        name="epoch",
        claim="With SOURCE_DATE_EPOCH they are what that says.",
        files={"a.c": 'const char *when = __DATE__ " " __TIME__;\n'},
        states=(_env(SOURCE_DATE_EPOCH="1000000000"), _env(SOURCE_DATE_EPOCH="1100000000")),
    ),
    CCase(
        name="epoch-clang",
        claim="A clang that does not ask for it is not believed.",
        files={"a.c": "const char *when = __DATE__;\n"},
        words=("clang", "-c", "a.c"),
        states=(State(env={"SOURCE_DATE_EPOCH": "1000000000"}),),
        reason="time-macro",
    ),
    CCase(
        name="timestamp",
        claim="`__TIMESTAMP__` is never stored.",
        files={"a.c": "const char *when = __TIMESTAMP__;\n"},
        states=(_clock(1_000_000_000), _clock(1_100_000_000)),
        reason="time-macro",
    ),
    CCase(
        name="file-macro",
        claim="`__FILE__` is what the source is called.",
        files={
            "one/a.c": "const char *file = __FILE__;\nint size = sizeof(__FILE__);\n",
            "two/a.c": "const char *file = __FILE__;\nint size = sizeof(__FILE__);\n",
        },
        states=(
            _words("gcc", "-c", "one/a.c", "-o", "a.o"),
            _words("gcc", "-c", "two/a.c", "-o", "a.o"),
            _words("gcc", "-c", "{here}/one/a.c", "-o", "a.o"),
        ),
    ),
    *(
        CCase(
            name="working-directory",
            claim="A directory through a symbolic link is what PWD says it is.",
            files={
                "real/a.c": "int word(void) { return 1; }\n",
                "other/b.c": "",
                "link": Link("real"),
                "again": Link("link"),
            },
            words=(compiler, "-g", "-c", "a.c"),
            states=(
                # Stored where PWD leads elsewhere, and then asked for where it leads here.
                State(cwd="real", env={"PWD": "{here}/other"}),
                State(cwd="real", env={"PWD": "{here}/link"}),
                State(cwd="real", env={"PWD": "{here}/again"}),
                State(cwd="real", env={"PWD": "{here}/link/"}),
                State(cwd="real", env={"PWD": "{here}/real"}),
                State(cwd="real", env={"PWD": "{here}"}),
                State(cwd="real", env={"PWD": None}),
                State(cwd="real", env={"PWD": ""}),
                State(cwd="real", env={"PWD": "."}),
                State(cwd="real", env={"PWD": "/elsewhere"}),
                # The same value, which leads elsewhere now.
                State(cwd="real", env={"PWD": "{here}/again"}, files={"again": Link("other")}),
            ),
            hits=17,
            differ=False,
        )
        for compiler in ("gcc", "clang")
    ),
    CCase(
        name="working-directory-included",
        claim="A place that PWD and an option name is looked at for the option, too.",
        files={"a.c": "int word(void) { return 1; }\n", "inc/kept": ""},
        words=("gcc", "-Wmissing-include-dirs", "-I{here}/inc", "-g", "-c", "a.c"),
        states=tuple(
            State(env={"PWD": "{here}/inc"}, prepare=prepare)
            for prepare in (None, lambda here: shutil.rmtree(here / "inc"))
        ),
    ),
    CCase(
        name="script-as-compiler",
        claim="A script in front of a compiler is not stored.",
        files={"a.c": "int word(void) { return WORD; }\n"},
        words=("{here}/bin/gcc", "-c", "a.c"),
        states=(make_wrapper("gcc"),),
        reason="compiler-unobserved",
    ),
]
"""Time, places, scripts."""
