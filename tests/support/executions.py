"""Which programs a build starts, by strace: every `execve` that succeeded, in whatever process below it.

a probe       rustc that answers (`-vV`, `--print`) and compiles nothing; gcc that only says what it is
a compiler    everything else of rustc, and cc1, cc1plus, as, collect2, ld and their drivers
"""

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from support.tools import Directories, Tool

STRACE = (
    "strace",
    "-f",
    "--seccomp-bpf",
    "-qq",
    "-s",
    "4096",
    "-e",
    "trace=execve,execveat",
    "-e",
    "signal=none",
)
"""With its filter in the kernel nothing but these calls stops: a traced build is about as fast as any."""

LOG = "strace.log"
"""The log's name, in a target directory."""

_CALL = re.compile(
    r"^(?P<pid>\d+) +execve(?:at)?\((?:AT_FDCWD|\d+(?:<.*?>)?, )?\"(?P<path>.*?)\", \[(?P<argv>.*?)\], "
)
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"')

_COMPILERS = re.compile(
    r"rustc|clippy-driver|cc1|cc1plus|cc1obj|lto1|lto-wrapper|collect2|(.+-)?(as|gcc|g\+\+|cc|c\+\+|clang|clang\+\+)(-[0-9.]+)?"
    r"|(.+-)?ld(\.(bfd|gold|lld))?|rust-lld|lld|mold"
)

_QUESTIONS = {"-vV", "-V", "--version", "-dumpversion", "-dumpmachine", "-v"}


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
        return _COMPILERS.fullmatch(self.name) is not None

    @property
    def is_probe(self) -> bool:
        """Whether a compiler is only asked what it is."""
        words = self.argv[1:]
        return any(word in _QUESTIONS or word.startswith(("--print", "-print-")) for word in words)


@dataclass(frozen=True, slots=True)
class Traced:
    """Another tool, on the host, under strace."""

    tool: Tool
    log: Path

    def argv(self, at: Directories, cargo: Sequence[str]) -> list[str]:
        return [*STRACE, "-o", str(self.log), *self.tool.argv(at, cargo)]

    def env(self, at: Directories) -> Mapping[str, str]:
        return self.tool.env(at)

    def with_dunnage(self, argv: Sequence[str]) -> list[str]:
        return ["run", "--", *argv]


def executions(log: Path) -> list[Execution]:
    """What the log of strace says was started, in order."""
    return list(_parsed(log.read_text("utf-8", "surrogateescape").splitlines()))


def _parsed(lines: Iterable[str]) -> Iterable[Execution]:
    for line in lines:
        match = _CALL.match(line)
        if match is not None and line.endswith("= 0"):
            yield Execution(match["path"], _WORD.findall(match["argv"]))


def compilers(started: Iterable[Execution]) -> list[Execution]:
    """The compilers that really compile."""
    return [each for each in started if each.is_compiler and not each.is_probe]


def probes(started: Iterable[Execution]) -> Counter[str]:
    """The questions that compilers were asked, by their words, and how often."""
    return Counter(
        " ".join((each.name, *each.argv[1:])) for each in started if each.is_compiler and each.is_probe
    )
