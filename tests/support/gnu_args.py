"""Shortest command lines of gcc that are cacheable, to which a test adds what it is about; and real runs."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from dunnage.compilers.registry import parse
from dunnage.model.invocation import Invocation
from dunnage.model.unit import Cacheable, Uncacheable, Unit, Verdict
from support.require import require

BASE: Sequence[str] = ("-c", "src/a.c", "-o", "out/a.o")


def invocation_of(
    *words: str,
    base: Sequence[str] = BASE,
    program: str = "gcc",
    cwd: str = "/w",
    env: Mapping[str, str] | None = None,
    files: Mapping[str, bytes] | None = None,
    terminal: bool = False,
) -> Invocation:
    """`gcc` with `base` and further words."""
    return Invocation(
        program=f"/usr/bin/{program}",
        argv=(program, *base, *words),
        cwd=cwd,
        env=env or {},
        stderr_is_terminal=terminal,
        response_files=files,
    )


def verdict_of(*words: str, **more: object) -> Verdict:
    """The verdict on such an invocation."""
    return parse(invocation_of(*words, **more))  # type: ignore[arg-type]


def unit_of(*words: str, **more: object) -> Unit:
    """The unit, where the verdict has to be `Cacheable`."""
    verdict = verdict_of(*words, **more)
    assert isinstance(verdict, Cacheable), verdict
    return verdict.unit


def refusal_of(*words: str, **more: object) -> tuple[str, str]:
    """Reason and detail, where the verdict has to be `Uncacheable`."""
    verdict = verdict_of(*words, **more)
    assert isinstance(verdict, Uncacheable), verdict
    return verdict.reason, verdict.detail


def words_of(*words: str, **more: object) -> list[tuple[str, str, bool]]:
    """The unit's words as tuples, without those of `BASE`."""
    first = ("driver", "source", "-o")
    return [(w.name, w.value, w.is_path) for w in unit_of(*words, **more).words if w.name not in first]


def installed(program: str) -> str:
    """A compiler of this machine; a skip or a failure where there is none."""
    require("clang" if program == "clang++" else program)
    path = shutil.which(program)
    assert path is not None
    return path


SOURCES: Mapping[str, str] = {
    "a.c": "int f(int x) { return x ? 1 : 2; }\n",
    "in/b.c": '#include "h.h"\nint g(int x) { return x; }\n',
    "in/h.h": "extern int v;\n",
    "in/two.dots.c": "int h(void) { return 0; }\n",
    "cc.cc": "struct S { S(); }; S::S() {}\n",
    "pre.i": "int p(void) { return 0; }\n",
    "up.S": "#define X nop\n.text\nx: X\n",
    "low.s": ".text\nx: nop\n",
    "plain": "int q(void) { return 0; }\n",
}
"""A source of each kind."""


def sources(folder: Path) -> Path:
    """`SOURCES` in a folder, with directories `out` and `sub` beside them."""
    for name, text in SOURCES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name in ("out", "sub"):
        (folder / name).mkdir()
    return folder


def files_in(folder: Path) -> set[str]:
    """All files below a folder, relative to it."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def compile_in(
    folder: Path, program: str, words: Sequence[str], env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a compiler, in English."""
    return subprocess.run(
        [installed(program), *words],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C", **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def macros_in(shown: str) -> list[str]:
    """The values of `-D` that a driver hands on to the compiler proper, from what `-###` prints."""
    line = next(line for line in shown.splitlines() if re.search(r"cc1(plus)?\b", line))
    found = re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', line)
    words = [bare or re.sub(r"\\(.)", r"\1", quoted) for quoted, bare in found]
    return [words[index + 1] for index, word in enumerate(words) if word == "-D"]
