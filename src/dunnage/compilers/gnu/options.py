"""The table of options of gcc and clang: how each is written, and what it means for a key.

What begins like a family (`-f`, `-m`, `-W`, `-g`, `-O`, …) has its value in the same word and is in `families`; all
else is a row here, or refused, because nobody could tell whether the next word belongs to it. Sources: `gcc
--help=separate`, `clang --help-hidden`, both manuals; a test asks the compilers that are installed.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Form(StrEnum):
    """How an option's value is written."""

    FLAG = "-x"
    JOINED = "-xvalue"
    SEPARATE = "-x value"
    EITHER = "-x value, -xvalue"
    EQUALS = "-x value, -x=value"


class Effect(StrEnum):
    """What an option does to a unit."""

    KEY = "part of the key, in its order"
    PATH = "part of the key, in its order, relative to its root"
    OUTPUT = "decides which files are made"
    LANGUAGE = "says what the next sources are"
    INNER = "passes words on, which have to be known"
    REFUSED = "left to the compiler"


@dataclass(frozen=True, slots=True)
class Option:
    """One option. `name` is its canonical name, which words of the key carry."""

    name: str
    form: Form
    effect: Effect
    reason: str = ""
    """The row of `model.outcome.REASONS` for a refused one."""
    why: str = ""
    spelled: str = ""
    """Another spelling, where `name` is what it means."""

    @property
    def written(self) -> str:
        """The option as it stands on a command line."""
        return self.spelled or self.name


_FLAG, _JOINED, _SEPARATE, _EITHER, _EQUALS = Form.FLAG, Form.JOINED, Form.SEPARATE, Form.EITHER, Form.EQUALS
_K, _P, _O = Effect.KEY, Effect.PATH, Effect.OUTPUT


def _rows(form: Form, effect: Effect, names: str, why: str = "") -> tuple[Option, ...]:
    return tuple(Option(name, form, effect, why=why) for name in names.split())


def _refused(form: Form, reason: str, names: str, why: str = "") -> tuple[Option, ...]:
    return tuple(Option(name, form, Effect.REFUSED, reason, why) for name in names.split())


OPTIONS: Final = (
    Option("-c", _FLAG, _O),
    Option("-c", _FLAG, _O, spelled="--compile"),
    Option(
        "-o", _EITHER, _O, why="a relative one also as it is spelled: that is how it is named in what is made"
    ),
    Option("-o", _EQUALS, _O, spelled="--output"),
    *_rows(_FLAG, _O, "-MD -MMD", "dep-info, whose text counts"),
    Option("-MF", _EITHER, _O, why="dep-info"),
    *_rows(_EITHER, _P, "-MT -MQ", "the text of dep-info"),
    *_rows(_FLAG, _K, "-MP -MV"),
    *_rows(_SEPARATE, _O, "-dumpbase -dumpbase-ext -dumpdir", "names of all files but the object"),
    *_rows(_FLAG, _O, "-coverage --coverage", "`.gcno`"),
    Option("-x", _EITHER, Effect.LANGUAGE),
    # The preprocessor's.
    *_rows(_EITHER, _K, "-D -U -A"),
    *_rows(
        _EITHER,
        _P,
        "-I -isystem -iquote -idirafter -isysroot -iprefix -iwithprefix -iwithprefixbefore -include -imacros -F",
    ),
    *_rows(_SEPARATE, _P, "-imultilib"),
    *_rows(
        _EITHER,
        _P,
        "-isystem-after -cxx-isystem -stdlib++-isystem -iwithsysroot -iframework -iframeworkwithsysroot -ivfsoverlay",
        "clang's",
    ),
    *_rows(_SEPARATE, _P, "-include-pch", "clang's"),
    Option("-I", _EQUALS, _P, spelled="--include-directory"),
    Option("-D", _EQUALS, _K, spelled="--define-macro"),
    Option("-U", _EQUALS, _K, spelled="--undefine-macro"),
    Option("-include", _EQUALS, _P, spelled="--include"),
    Option("-imacros", _EQUALS, _P, spelled="--imacros"),
    *_rows(
        _FLAG,
        _K,
        "-C -CC -P -H -undef -remap -trigraphs -traditional -traditional-cpp -nostdinc -nostdinc++ -nobuiltininc"
        " -nostdlibinc -nogpulib -ansi -pedantic -pedantic-errors -w",
    ),
    # Which compiler, assembler and files of theirs: contents are observed.
    Option("-B", _EITHER, _P),
    Option("--sysroot", _EQUALS, _P),
    Option("-specs=", _JOINED, _P, why="contents are observed"),
    Option("-specs=", _JOINED, _P, spelled="--specs="),
    Option("-resource-dir", _SEPARATE, _P, why="clang's"),
    Option("-resource-dir", _JOINED, _P, spelled="-resource-dir="),
    *_rows(_JOINED, _P, "--gcc-toolchain= --gcc-install-dir="),
    Option("-gcc-toolchain", _SEPARATE, _P),
    Option("-fdebug-compilation-dir", _EQUALS, _P, why="clang's"),
    *_rows(_EQUALS, _K, "--param"),
    Option("-target", _SEPARATE, _K),
    Option("-target", _JOINED, _K, spelled="--target="),
    Option("-arch", _SEPARATE, _K, why="one; several make one file of several objects, and are refused"),
    *_rows(
        _JOINED,
        _K,
        "-std= -stdlib= --stdlib= -rtlib= --rtlib= -unwindlib= --unwindlib= --gcc-triple= --no-system-header-prefix="
        " --system-header-prefix=",
    ),
    Option("-std=", _JOINED, _K, spelled="--std="),
    Option("-std=", _SEPARATE, _K, spelled="--std"),
    *_rows(_SEPARATE, _K, "-meabi -mthread-model -ftrapv-handler", "clang's"),
    *_rows(
        _FLAG,
        _K,
        "-pipe -p -pg -pthread -pthreads -pass-exit-codes -integrated-as -no-integrated-as -no-integrated-cpp"
        " -canonical-prefixes -no-canonical-prefixes -Qunused-arguments -Qn -Qy",
    ),
    # Words for a linker that does not run.
    *_rows(_EITHER, _K, "-l -T -z -G", "a linker's, which does not run"),
    Option("-L", _EITHER, _P, why="a linker's, which does not run"),
    *_rows(_EITHER, _K, "-Tbss -Tdata -Ttext"),
    *_rows(_SEPARATE, _K, "-u -e -Xlinker"),
    *_rows(
        _SEPARATE,
        _K,
        "-framework -weak_framework -install_name -current_version -compatibility_version -undefined -force_load"
        " -exported_symbols_list -unexported_symbols_list",
        "a linker's on macOS",
    ),
    *_rows(
        _FLAG,
        _K,
        "-s -t -r -static -shared -symbolic -rdynamic -pie -no-pie -static-pie -nopie -nostdlib -nostdlib++ -nolibc"
        " -nodefaultlibs -nostartfiles -static-libgcc -shared-libgcc -static-libstdc++ -static-libasan"
        " -static-libubsan -static-libtsan -static-liblsan -shared-libasan -static-libsan -shared-libsan",
    ),
    # Words inside of words.
    *_rows(_SEPARATE, Effect.INNER, "-Xpreprocessor -Xassembler -Xclang -mllvm"),
    *_rows(_JOINED, Effect.INNER, "-Wp, -Wa,"),
    # Left to the compiler.
    *_refused(_FLAG, "preprocesses", "-E -M -MM -MG --preprocess --dependencies --user-dependencies"),
    *_refused(_FLAG, "assembly", "-S --assemble"),
    *_refused(_JOINED, "save-temps", "-save-temps --save-temps"),
    *_refused(_FLAG, "not-a-compile", "-v --verbose --version -version --help -? -### -Q"),
    *_refused(
        _JOINED,
        "not-a-compile",
        "--help= --help- -print --print -dumpmachine -dumpversion -dumpfullversion -dumpspecs",
    ),
    *_refused(_FLAG, "option", "-emit-ast -emit-llvm -emit-pch -ObjC -ObjC++ -R"),
    *_refused(_JOINED, "option", "-time -d", "prints times, or leaves files that are not collected"),
    *_refused(
        _SEPARATE,
        "option",
        "-aux-info -MJ -filelist -module-dependency-dir -serialize-diagnostics --serialize-diagnostics -wrapper -b -V",
    ),
    *_refused(
        _EQUALS, "option", "--config -working-directory --driver-mode", "changes what all other words mean"
    ),
    *_refused(_JOINED, "option", "-obj", "clang's, no `-o`"),
)

EXACT: Final[dict[str, Option]] = {row.written: row for row in OPTIONS}
"""By the whole word."""

_BEFORE_VALUE: Final = {Form.JOINED: "", Form.EITHER: "", Form.EQUALS: "="}

PREFIXES: Final[dict[str, Option]] = {
    row.written + _BEFORE_VALUE[row.form]: row for row in OPTIONS if row.form in _BEFORE_VALUE
}
"""By what the word begins with; the longest counts."""

PREFIXES_BY_START: Final[dict[str, tuple[str, ...]]] = {
    start: tuple(sorted((prefix for prefix in PREFIXES if prefix.startswith(start)), key=len, reverse=True))
    for start in {prefix[:2] for prefix in PREFIXES}
}
"""`PREFIXES` by their first two characters, the longest first."""

PLAIN: Final = ("-f", "-m", "-W", "-g", "-O", "-R")
"""Families: words that begin so have their value in themselves."""
