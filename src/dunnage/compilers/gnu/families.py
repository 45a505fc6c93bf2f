"""Options that are one word each: `-f…`, `-m…`, `-W…`, `-g…`, `-O…`, `-R…`.

There are thousands, and nearly all are words of the key as they stand. The tables say which do more; one that is in
no table and looks as if it named a file is refused.
"""

import re
from collections.abc import Callable
from typing import Final

from dunnage.compilers.gnu.command import Command

REFUSED: Final[dict[str, tuple[str, str]]] = {
    "-fdump-": ("option", "leaves files that are not collected"),
    "-fcallgraph-info": ("option", "leaves files that are not collected"),
    "-fsave-optimization-record": ("option", "leaves files that are not collected"),
    "-foptimization-record-": ("option", "leaves files that are not collected"),
    "-fdiagnostics-add-output": ("option", "leaves files that are not collected"),
    "-fdiagnostics-set-output": ("option", "leaves files that are not collected"),
    "-fprofile-note": ("option", "leaves files that are not collected"),
    "-fdeps-": ("modules", "leaves files that are not collected"),
    "-fthin-link-bitcode": ("option", "leaves files that are not collected"),
    "-frepo": ("option", "leaves files that are not collected"),
    "-gen-": ("option", "leaves files that are not collected"),
    "-ftime-": ("option", "prints times, which no second run repeats, or leaves files"),
    "-fmem-report": ("option", "prints what no second run repeats"),
    "-fprofile-report": ("option", "prints what no second run repeats"),
    "-fpre-ipa-mem-report": ("option", "prints what no second run repeats"),
    "-fpost-ipa-mem-report": ("option", "prints what no second run repeats"),
    "-fproc-stat-report": ("option", "prints what no second run repeats, or leaves files"),
    "-fstats": ("option", "prints what no second run repeats"),
    "-mdump-": ("option", "prints tables"),
    "-mprint-": ("option", "prints tables"),
    "-fplugin": ("option", "a plug-in may do anything"),
    "-fpass-plugin": ("option", "a plug-in may do anything"),
    "-fcompare-debug": ("option", "compiles twice, and compares"),
    "-fsyntax-only": ("not-a-compile", "makes nothing"),
    "-fmodule": ("modules", "files of modules are not followed"),
    "-fcxx-modules": ("modules", "files of modules are not followed"),
    "-fimplicit-module": ("modules", "files of modules are not followed"),
    "-fbuiltin-module-map": ("modules", "files of modules are not followed"),
    "-fprebuilt-": ("modules", "files of modules are not followed"),
    "-fretain-comments-from-system-headers": ("modules", "files of modules are not followed"),
    "-gmodules": ("modules", "files of modules are not followed"),
    "-gnat": ("option", "Ada's"),
    "-fintrinsic-modules-path": ("option", "Fortran's"),
    "-foffload": ("option", "compiles for another processor, too"),
    "-fopenmp-targets": ("option", "compiles for another processor, too"),
}
"""What a word begins with: reason and why. What begins with `-fno-` is none of them."""

_FILE_WORDS: Final = frozenset(
    {
        "dir", "directory", "dump", "emit", "file", "files", "index", "log", "output", "path", "paths", "plugin",
        "print", "record", "records", "report", "save", "stat", "stats", "trace",
    }
)  # fmt: skip

HARMLESS: Final = (
    "-fno-", "-fauto-profile", "-fcoverage-", "-fcrash-diagnostics", "-fdebug-", "-fdiagnostics-",
    "-femit-class-debug-always", "-femit-struct-debug-", "-ffile-compilation-dir=", "-ffile-prefix-map=",
    "-ffile-reproducible",
    "-finstrument-functions-exclude-file-list=", "-fira-share-save-slots", "-fisolate-erroneous-paths-",
    "-flarge-source-files", "-fmacro-prefix-map=", "-fpath-coverage", "-fprofile-", "-fcs-profile-", "-frandom-seed=",
    "-frecord-command-line", "-frecord-gcc-switches", "-freport-bug", "-fsanitize", "-fsched-", "-fsplit-paths",
    "-fworking-directory", "-fuse-linker-plugin", "-fthinlto-index=",
    "-ftrack-macro-", "-fuse-ld=", "-fxray-", "-fbasic-block-sections=",
)  # fmt: skip
"""Words that look like files to `looks_like_files`, and name none that is made."""

_LEVEL: Final = re.compile(
    r"-g(?:|[123]|gdb[123]?|dwarf(?:-[2-6])?|line-tables-only|mlt|lldb|sce|dbx|full|used|stabs\+?[123]?|once)"
)
"""Words that ask for debug information, of clang's `-g` words."""


def looks_like_files(word: str) -> bool:
    """Whether a word that is in no table may name a file that is made."""
    if word[:2] != "-f" or word.startswith(HARMLESS):
        return False
    name, _, value = word.partition("=")
    return "/" in value or not _FILE_WORDS.isdisjoint(name[2:].split("-"))


def take_family(command: Command, word: str) -> None:
    """Take in one word of a family."""
    if not _take_special(command, word):
        if looks_like_files(word) or word.find("=") == len(word) - 1:
            # Of some (`-fxray-modes=`) the value is the next word then.
            command.refuse("option", word)
        command.keep("option", word)


def _take_special(command: Command, word: str) -> bool:
    """What is more than a word of the key; whether it is no word at all."""
    letter = word[1]
    if letter == "f":
        return _take_f(command, word)
    if word.startswith(_REFUSED):
        _refuse(command, word)
    elif letter == "g":
        _take_g(command, word)
    elif letter == "m" and word.endswith("=native"):
        command.refuse("native-cpu", word)
    return False


_REFUSED: Final = tuple(REFUSED)


def _refuse(command: Command, word: str) -> None:
    prefix = max((prefix for prefix in _REFUSED if word.startswith(prefix)), key=len)
    command.refuse(REFUSED[prefix][0], word)


def _take_f(command: Command, word: str) -> bool:
    if word in _COLORS:
        command.color = _COLORS[word]
        return True
    if word.startswith("-fdiagnostics-color="):
        command.color = word.partition("=")[2]
        return True
    if word.startswith(_REFUSED) or _writes_diagnostics(word):
        if word.startswith(_REFUSED):
            _refuse(command, word)
        else:
            command.refuse("option", word)
    elif (watch := _WATCHED.get(word)) is not None:
        watch(command)
    elif word.startswith("-flto"):
        command.lto = True
    elif word.startswith(_PACKING):
        command.packed = True
    return False


# No other option about diagnostics is left out of the key: gcc writes most of them into its debug information.
_COLORS: Final = {
    "-fdiagnostics-color": "always",
    "-fno-diagnostics-color": "never",
    "-fcolor-diagnostics": "always",
    "-fno-color-diagnostics": "never",
}

_PACKING: Final = (
    "-fembed-bitcode", "-fcoverage-mapping", "-fprofile-instr-generate", "-fprofile-generate", "-fcs-profile-generate",
    "-fprofile-dir=",
)  # fmt: skip
"""Bitcode; clang's maps and names, which it compresses; gcc's names of profiles, `dir/#w#build#a.gcda`."""


def _writes_diagnostics(word: str) -> bool:
    """Diagnostics or remarks that go into a file instead of to stderr."""
    return (word.startswith("-fdiagnostics-format=") and word.endswith("-file")) or (
        word.startswith("-fopt-info") and "=" in word
    )


def _set(name: str, value: bool) -> Callable[[Command], None]:
    def watch(command: Command) -> None:
        setattr(command, name, value)

    return watch


_WATCHED: Final[dict[str, Callable[[Command], None]]] = {
    "-ftest-coverage": _set("coverage_notes", True),
    "-fno-test-coverage": _set("coverage_notes", False),
    "-fstack-usage": _set("stack_usage", True),
    "-fno-lto": _set("lto", False),
    "-frecord-gcc-switches": _set("recorded", True),
    "-frecord-command-line": _set("recorded", True),
}


def _take_g(command: Command, word: str) -> None:
    if word in ("-gsplit-dwarf", "-gsplit-dwarf=split"):
        command.split_dwarf = True
    elif word in ("-gno-split-dwarf", "-gsplit-dwarf=single"):
        command.split_dwarf = False
    elif word in ("-g0", "-ggdb0"):
        command.debug = False
    elif _LEVEL.fullmatch(word):
        command.debug = True
    elif word.startswith("-gz"):
        command.compressed = word != "-gz=none"
    elif word == "-grecord-command-line":
        command.recorded = True
