"""Which programs a build starts, by strace: every `execve` that succeeded, in whatever process below it.

A *question* is a rustc that answers (`-vV`, `--print`), a driver or a linker that only says something of itself.
Everything else of rustc, of gcc and clang and of linkers compiles, and cc1, cc1plus and as always do.
"""

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from support.tools import Directories, Tool

STRACE = (
    "strace", "-f", "--seccomp-bpf", "-qq", "-s", "4096", "-e", "trace=execve,execveat", "-e", "signal=none",
)  # fmt: skip
"""With its filter in the kernel nothing but these calls stops: a traced build is about as fast as any."""

LOG = "strace.log"
"""The log's name, in a target directory."""

_CALL = re.compile(
    r'(\d+) +execve(?:at\([^"]+|\()"((?:[^"\\]|\\.)*)", \[(.*?)\], .*?(?:= (-?\d+)|<unfinished \.\.\.>)'
)
_RESUMED = re.compile(r"(\d+) +<\.\.\. execve(?:at)? resumed>.*= (-?\d+|\?)")
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"')

_PROPER = re.compile(r"cc1|cc1plus|cc1obj|lto1|lto-wrapper|(.+-)?as")
_OTHERS = re.compile(
    r"rustc|clippy-driver|collect2|(.+-)?(gcc|g\+\+|cc|c\+\+|clang|clang\+\+)(-[0-9.]+)?"
    r"|(.+-)?ld(\.(bfd|gold|lld))?|rust-lld|lld|mold"
)

_ASK = re.compile(r"-vV|-V|(-Wl,)?--version|--print(=.*)?|-print-.*|-dump(version|machine)|--verbose|-###")
"""Words that make a question of a call. `-v` does not: gcc compiles all the same."""


@dataclass(frozen=True, slots=True)
class Execution:
    """A program that was started, by its file."""

    path: str
    argv: Sequence[str]

    @property
    def name(self) -> str:
        return posixpath.basename(self.path)

    @property
    def is_compiler(self) -> bool:
        """Whether it may compile or link."""
        return (_PROPER.fullmatch(self.name) or _OTHERS.fullmatch(self.name)) is not None

    @property
    def is_question(self) -> bool:
        """Whether it is a compiler or linker that only says something of itself."""
        return _OTHERS.fullmatch(self.name) is not None and any(map(_ASK.fullmatch, self.argv[1:]))

    def __str__(self) -> str:
        return " ".join((self.name, *self.argv[1:]))


@dataclass(frozen=True, slots=True)
class Traced:
    """Another tool, on the host, under strace."""

    tool: Tool

    def argv(self, at: Directories, cargo: Sequence[str]) -> list[str]:
        return [*STRACE, "-o", str(at.target / LOG), *self.tool.argv(at, cargo)]

    def env(self, at: Directories) -> Mapping[str, str]:
        return self.tool.env(at)

    def with_dunnage(self, argv: Sequence[str]) -> list[str]:
        return ["run", "--", *argv]


def executions(log: str) -> Iterator[Execution]:
    """What strace's log says was started. A call whose end it does not tell counts."""
    open_calls: dict[str, Execution] = {}
    for line in log.splitlines():
        if call := _CALL.match(line):
            pid, path, argv, result = call.groups()
            made = Execution(path, _WORD.findall(argv))
            if result is None:
                open_calls[pid] = made
            elif result == "0":
                yield made
        elif resumed := _RESUMED.match(line):
            pid, result = resumed.groups()
            begun = open_calls.pop(pid, None)
            if begun is not None and not result.startswith("-"):
                yield begun
    yield from open_calls.values()


def compilers(started: Iterable[Execution]) -> list[str]:
    """The calls of compilers and linkers that are no questions."""
    return [str(each) for each in started if each.is_compiler and not each.is_question]


def questions(started: Iterable[Execution]) -> Counter[str]:
    """The questions that compilers and linkers were asked, by program and first word, and how often."""
    return Counter(" ".join((each.name, *each.argv[1:2])) for each in started if each.is_question)
