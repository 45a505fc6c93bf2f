"""The table of rustc's options: how each is written, and what it means for a key.

Every option that `rustc --help -v`, `rustc -C help` and `rustc -Z help` print is either here or kept verbatim; a test
asks the compilers that are installed. Rows say what is *done* with an option; `parse` does it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Effect(StrEnum):
    """What an option does to a unit."""

    KEY = "part of the key, in its order"
    SET = "part of the key, in any order"
    INPUT = "names a file whose contents count"
    SEARCH = "names a directory in which inputs are found"
    OUTPUT = "decides which files are made"
    DISPLAY = "changes only how diagnostics look"
    REFUSED = "left to the compiler"


@dataclass(frozen=True, slots=True)
class Option:
    """One option. `name` is its canonical name, which words of the key carry."""

    name: str
    effect: Effect
    letter: str = ""
    takes_value: bool = True
    once: bool = False
    """rustc itself refuses a second one."""
    reason: str = ""
    """The row of `model.outcome.REASONS` for a refused one."""
    why: str = ""


_K, _S, _I, _D = Effect.KEY, Effect.SET, Effect.INPUT, Effect.SEARCH
_O, _V, _R = Effect.OUTPUT, Effect.DISPLAY, Effect.REFUSED

OPTIONS: Final = (
    Option("cfg", _S, why="rustc keeps a set"),
    Option("check-cfg", _S, why="decides which diagnostics are replayed; rustc keeps a set"),
    Option("library-path", _D, "L", why="`dependency` finds indirect crates, all other kinds also inputs"),
    Option("link-lib", _K, "l", why="the linker's order"),
    Option("crate-type", _O),
    Option("crate-name", _O, once=True),
    Option("edition", _K, once=True),
    Option("emit", _O),
    Option("out-dir", _O, once=True, why="as spelled; an absolute one relative to its root"),
    Option("test", _K, takes_value=False),
    Option("target", _I, once=True, why="a triple, or a JSON file by its contents"),
    Option("allow", _K, "A", why="lint levels: the last one wins"),
    Option("warn", _K, "W"),
    Option("force-warn", _K),
    Option("deny", _K, "D"),
    Option("forbid", _K, "F"),
    Option("cap-lints", _K),
    Option("codegen", _K, "C", why="see the table of -C"),
    Option("unstable", _K, "Z", why="see the table of -Z"),
    Option("debuginfo", _K, "g", takes_value=False, why="as written, among the -C options"),
    Option(
        "optimize",
        _K,
        "O",
        takes_value=False,
        why="as written: which level it means has changed between releases",
    ),
    Option("verbose", _K, "v", takes_value=False),
    Option("extern", _I, why="name, modifiers and contents; the path relative to its root"),
    Option("sysroot", _I, once=True, why="the toolchain is identified by contents"),
    Option("error-format", _K, once=True),
    Option("json", _K, why="what is said; of `diagnostic-*` only the look"),
    Option("color", _V, once=True),
    Option("diagnostic-width", _V, once=True),
    Option("remap-path-prefix", _K, why="the last match wins; verbatim, so bound to its place"),
    Option("remap-path-scope", _K),
    Option("output", _R, "o", reason="explicit-output", why="renames what other options decide"),
    Option("print", _R, reason="not-a-compile", why="a question"),
    Option("help", _R, "h", takes_value=False, reason="not-a-compile"),
    Option("version", _R, "V", takes_value=False, reason="not-a-compile"),
    Option("explain", _R, reason="not-a-compile"),
    Option(
        "env-set", _R, reason="option", why="dep-info would name a value that the environment does not have"
    ),
)

# Options that exist only as a letter have no long spelling: `--library-path` is nothing that rustc knows.
_LETTER_ONLY: Final = frozenset({"library-path", "link-lib", "unstable", "debuginfo", "optimize", "output"})

LONG: Final[dict[str, Option]] = {o.name: o for o in OPTIONS if o.name not in _LETTER_ONLY}
SHORT: Final[dict[str, Option]] = {o.letter: o for o in OPTIONS if o.letter}


@dataclass(frozen=True, slots=True)
class Codegen:
    """One -C option. `verbatim` ones are words of the key as they stand."""

    name: str
    effect: Effect = Effect.KEY
    reason: str = ""
    why: str = ""


def _verbatim(names: str) -> tuple[Codegen, ...]:
    return tuple(Codegen(name) for name in names.split())


CODEGEN_ROWS: Final = (
    *_verbatim(
        "ar code-model codegen-units collapse-macro-debuginfo control-flow-guard debug-assertions debuginfo"
        " default-linker-libraries dlltool dwarf-version embed-bitcode force-frame-pointers force-unwind-tables"
        " inline-threshold instrument-coverage jump-tables link-arg link-args link-dead-code link-self-contained"
        " linker linker-features linker-flavor linker-plugin-lto lto metadata no-prepopulate-passes no-redzone"
        " no-stack-check no-vectorize-loops no-vectorize-slp opt-level overflow-checks panic passes prefer-dynamic"
        " profile-generate relocation-model relro-level remark rpath soft-float strip symbol-mangling-version"
        " target-feature unsafe-allow-abi-mismatch"
    ),
    Codegen("extra-filename", _O, why="part of every output's name, and of object names inside them"),
    Codegen("incremental", _K, why="that there is a directory counts, where it stands does not"),
    Codegen("llvm-args", _K, "option", "refused where it names a file"),
    Codegen("profile-use", _I, why="contents count, and the name, which dep-info shows"),
    Codegen("target-cpu", _K, "option", "of `native` what it means on this machine, by rustc's own words"),
    Codegen("save-temps", _R, "save-temps", "refused when on: it leaves directories with random names"),
    Codegen(
        "split-debuginfo",
        _K,
        "split-debuginfo",
        "refused for other systems than Linux, and with `--emit=link=path`",
    ),
    Codegen("help", _R, "not-a-compile"),
)

CODEGEN: Final[dict[str, Codegen]] = {row.name: row for row in CODEGEN_ROWS}


def _refused(why: str, names: str) -> tuple[Codegen, ...]:
    return tuple(Codegen(name, Effect.REFUSED, "option", why) for name in names.split())


UNSTABLE_ROWS: Final = (
    *_refused(
        "leaves files that are not collected",
        "dump-dep-graph dump-mir dump-mir-dataflow dump-mir-dir dump-mir-graphviz dump-mono-stats llvm-time-trace"
        " metrics-dir nll-facts nll-facts-dir print-codegen-stats-json profile profile-closures profile-emit"
        " query-dep-graph remark-dir save-analysis self-profile self-profile-events split-dwarf-out-dir temps-dir"
        " write-long-types-to-disk build-sdylib-interface autodiff offload",
    ),
    *_refused(
        "makes other files than the --emit kinds say",
        "link-only no-link no-codegen no-analysis parse-crate-root-only ls unpretty dep-info-omit-d-target",
    ),
    *_refused(
        "reads files that are not known",
        "dual-proc-macros extra-plugins llvm-plugins sanitizer-dataflow-abilist",
    ),
    *_refused("prints times, which no second run repeats", "time-passes time-llvm-passes time-passes-format"),
    Codegen(
        "codegen-backend", _I, "option", "a path counts by its contents; a name other than `llvm` is refused"
    ),
    Codegen("profile-sample-use", _I, why="contents count"),
    Codegen("tune-cpu", _K, "option", "`native` is refused"),
    Codegen("help", _R, "not-a-compile"),
)
"""-Z options that are not simply kept verbatim."""

UNSTABLE: Final[dict[str, Codegen]] = {row.name: row for row in UNSTABLE_ROWS}

_FILE_WORDS: Final = (
    "dir", "dump", "emit", "file", "output", "path", "plugin", "print-to", "profile-", "save", "stats", "trace",
)  # fmt: skip


UNSTABLE_HARMLESS: Final = frozenset(
    {
        "disable-fast-paths", "dump-mir-exclude-alloc-bytes", "dump-mir-exclude-pass-number",
        "dump-mono-stats-format", "emit-stack-sizes", "input-stats", "macro-stats", "meta-stats",
        "no-profiler-runtime", "print-codegen-stats", "profiler-runtime", "self-profile-counter", "trace-macros",
        "trim-diagnostic-paths",
    }
)  # fmt: skip
"""-Z options whose names look like files, but that write none."""


def looks_like_files(name: str, value: str | None) -> bool:
    """Whether an option that is in no table may read or write files: then it is refused instead of kept verbatim."""
    return (value is not None and "/" in value) or any(word in name for word in _FILE_WORDS)


SYSROOT_CRATES: Final = frozenset({"std", "core", "alloc", "proc_macro", "test"})
"""Crates that `--extern` may name without a file: they are part of the toolchain."""

EMIT_KINDS: Final = frozenset(
    {"asm", "llvm-bc", "dep-info", "link", "llvm-ir", "metadata", "mir", "obj", "thin-link-bitcode"}
)
PLAIN_EMITS: Final = frozenset({"dep-info", "metadata", "link"})
"""Kinds whose files have names that follow from the command line; all others have one a codegen unit."""
CRATE_TYPES: Final = frozenset({"bin", "lib", "rlib", "dylib", "cdylib", "staticlib", "proc-macro"})
UNLINKED_CRATE_TYPES: Final = frozenset({"lib", "rlib", "staticlib"})
"""Crate types that rustc makes without a linker."""

FALSE_VALUES: Final = frozenset({"n", "no", "off", "false"})
TRUE_VALUES: Final = frozenset({"y", "yes", "on", "true"})
"""How rustc reads booleans."""
