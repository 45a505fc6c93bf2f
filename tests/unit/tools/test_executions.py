"""What is made of strace's log, and which calls count as compiles."""

import subprocess
from pathlib import Path

import pytest

from support.executions import STRACE, Execution, compilers, executions, questions
from support.require import require

LOG = """\
10 execve("/usr/bin/cargo", ["cargo", "build"], 0x7ffd /* 20 vars */) = 0
11 execve("/a/rustc", ["rustc", "-vV"], 0x7ffd /* 20 vars */ <unfinished ...>
12 execve("/a/no-rustc", ["rustc", "--crate-name", "x"], 0x7f /* 1 var */) = -1 ENOENT (No such file or directory)
13 execve("/usr/bin/gcc", ["gcc", "-c", "a \\"b\\", c.c"], 0x7ffd /* 20 vars */ <unfinished ...>
11 <... execve resumed>)                 = 0
12 execve("/a/ld", ["ld"], 0x7ffd /* 20 vars */ <unfinished ...>
12 <... execve resumed>)                 = -1 EACCES (Permission denied)
14 execveat(3, "", ["build-script-build"], 0x7ffd /* 20 vars */, AT_EMPTY_PATH) = 0
15 execve("/usr/bin/as", ["as", "--version"], 0x7ffd /* 20 vars */ <unfinished ...>
"""


def test_whatever_may_have_been_started_is_found() -> None:
    """A call that was cut in two, one that failed, one without an end."""
    found = [(each.path, tuple(each.argv)) for each in executions(LOG)]
    assert found == [
        ("/usr/bin/cargo", ("cargo", "build")),
        ("/a/rustc", ("rustc", "-vV")),
        ("", ("build-script-build",)),
        ("/usr/bin/gcc", ("gcc", "-c", 'a \\"b\\", c.c')),
        ("/usr/bin/as", ("as", "--version")),
    ]


def test_questions_and_compiles() -> None:
    started = [*executions(LOG)]
    assert questions(started) == {"rustc -vV": 1}
    assert [text.split()[0] for text in compilers(started)] == ["gcc", "as"]


@pytest.mark.parametrize(
    ("words", "asks"),
    [
        ("rustc -vV", True),
        ("rustc - --crate-name ___ --print=file-names", True),
        ("rustc --crate-name x src/lib.rs", False),
        ("gcc --version", True),
        ("gcc -v -c a.c", False),
        ("x86_64-linux-gnu-gcc-12 -dumpversion", True),
        ("cc -v -Wl,--dependency-file=/dev/null -Wl,--version", True),
        ("ld --verbose", True),
        ("collect2 -o a a.o", False),
        ("cc1 -quiet -version a.c", False),
        ("cc1plus --version", False),
    ],
)
def test_each_kind(words: str, asks: bool) -> None:
    program, *rest = words.split()
    call = Execution(f"/usr/bin/{program}", [program, *rest])
    assert call.is_compiler
    assert call.is_question == asks


@pytest.mark.parametrize(
    "program", ["cargo", "gcc-ar", "ar", "sh", "sccache", "build-script-build", "rustdoc"]
)
def test_others(program: str) -> None:
    assert not Execution(f"/usr/bin/{program}", [program]).is_compiler


def test_a_real_log(tmp_path: Path) -> None:
    """gcc and what it starts, of several shells at once."""
    for part in ("strace", "gcc"):
        require(part)
    log, source = tmp_path / "log", tmp_path / "a.c"
    source.write_text("int a;\n")
    script = (
        "for i in 1 2 3; do (gcc -c a.c -o $i.o; gcc --version >/dev/null; /no/such/program) & done; wait"
    )
    subprocess.run(
        [*STRACE, "-o", log, "sh", "-c", script], cwd=tmp_path, stderr=subprocess.DEVNULL, check=True
    )
    started = [*executions(log.read_text())]
    assert questions(started) == {"gcc --version": 3}
    assert sorted(text.split()[0] for text in compilers(started)) == [*["as"] * 3, *["cc1"] * 3, *["gcc"] * 3]
