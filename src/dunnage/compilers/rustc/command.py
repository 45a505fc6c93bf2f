"""A command line of rustc, taken in option by option: what was said, before anybody judges it (`parse`)."""

import posixpath
from collections.abc import Callable
from typing import Final

from dunnage.compilers.rustc.options import (
    CODEGEN,
    CRATE_TYPES,
    EMIT_KINDS,
    FALSE_VALUES,
    OPTIONS,
    SYSROOT_CRATES,
    UNSTABLE,
    Effect,
    looks_like_files,
)
from dunnage.compilers.rustc.scan import Malformed
from dunnage.model.unit import Input, SearchDir, Word

_ONCE: Final = frozenset(option.name for option in OPTIONS if option.once)
_LINTS: Final = ("allow", "warn", "force-warn", "deny", "forbid")
_MODIFIERS: Final = frozenset({"priv", "noprelude", "nounused", "force"})
_NATIVE_SUFFIXES: Final = (".a", ".lib")
_CRATE_SUFFIXES: Final = (".rlib", ".rmeta", ".so", ".dylib", ".dll")
MACRO_SUFFIXES: Final = (".so", ".dylib", ".dll")
"""What a procedural macro is compiled to (and a `dylib` crate, which is not told apart here)."""
_LOOKS: Final = "diagnostic-"
"""Begin of those values of --json that only say how a diagnostic is written."""


class Command:
    """What a command line says. Lists keep its order."""

    __slots__ = (
        "check_cfgs", "cfgs", "codegen", "crate_types", "cwd", "debuginfo", "display", "emits", "extern_words",
        "externs", "extra_filename", "incremental", "inputs", "json", "library_dirs", "links", "lints", "lto",
        "question", "refusal", "remaps", "search_dirs", "single", "split_debuginfo", "opaque", "unknown", "unstable",
    )  # fmt: skip

    def __init__(self, cwd: str) -> None:
        self.cwd = cwd
        self.single: dict[str, str] = {}
        """Options that rustc takes once, and flags."""
        self.cfgs: set[str] = set()
        self.check_cfgs: set[str] = set()
        self.codegen: list[Word] = []
        self.unstable: list[Word] = []
        self.lints: list[Word] = []
        self.links: list[Word] = []
        self.remaps: list[Word] = []
        self.unknown: list[Word] = []
        self.extern_words: set[str] = set()
        self.externs: list[Input] = []
        self.inputs: list[Input] = []
        self.search_dirs: list[SearchDir] = []
        self.library_dirs: list[str] = []
        self.crate_types: list[str] = []
        self.emits: dict[str, str | None] = {}
        self.json: set[str] = set()
        self.display: set[tuple[str, str]] = set()
        self.extra_filename = ""
        self.incremental: str | None = None
        self.split_debuginfo = False
        self.debuginfo = False
        self.lto = False
        self.opaque = False
        """Outputs are packed in a way that hides the paths in them."""
        self.question = False
        """This is no compilation."""
        self.refusal: tuple[str, str] | None = None
        """The first reason, and its detail, why this is left to the compiler."""

    def take(self, name: str, value: str) -> None:
        """One option.

        Raises:
            Malformed: rustc would refuse it.
        """
        if name in _ONCE and name in self.single:
            raise Malformed(f"--{name} twice")
        handler = _HANDLERS.get(name)
        if handler is not None:
            handler(self, value)
        elif name in _LINTS:
            self.question = self.question or value == "help"
            self.lints.append(Word("lint", f"{name}={value}"))
        else:
            self.single[name] = value

    def absolute(self, path: str) -> str:
        """A path as the compiler sees it."""
        return posixpath.join(self.cwd, path)

    def refuse(self, reason: str, detail: str) -> None:
        """Leave this to the compiler; the first reason is the one that counts."""
        if self.refusal is None:
            self.refusal = (reason, detail)

    def _codegen(self, value: str) -> None:
        name, equals, setting = value.partition("=")
        name = name.replace("_", "-")
        row = CODEGEN.get(name)
        if row is None:
            if looks_like_files(name, setting):
                return self.refuse("option", f"-C {value}")
        elif row.effect is not Effect.KEY or row.reason or name in _CODEGEN_WATCHED:
            if not self._special_codegen(name, setting if equals else None):
                return None
        self.codegen.append(Word("codegen", f"{name}{equals}{setting}"))
        return None

    def _special_codegen(self, name: str, setting: str | None) -> bool:
        """A -C option that is more than a word; whether it is one besides."""
        match name:
            case "extra-filename":
                self.extra_filename = setting or ""
            case "incremental":
                self.incremental = self.absolute(setting or "")
                self.codegen.append(Word("codegen", name))
                return False
            case "profile-use":
                self._named_file(self.codegen, "codegen", name, setting or "")
                return False
            case "debuginfo":
                self.debuginfo = setting not in ("0", "none")
            case "lto":
                self.lto = setting not in FALSE_VALUES and setting != "thin-local"
            case "linker-plugin-lto" | "instrument-coverage":
                self.opaque = self.opaque or setting not in FALSE_VALUES
            case "llvm-args":
                if looks_like_files(setting or "", setting):
                    self.refuse("option", f"-C {name}={setting}")
            case "target-cpu":
                if setting == "native":
                    self.refuse("option", "target-cpu=native")
            case "save-temps":
                if setting not in FALSE_VALUES:
                    self.refuse("save-temps", "-C save-temps")
            case "split-debuginfo":
                self.split_debuginfo = setting != "off"
            case "help":
                self.question = True
        return True

    def _unstable(self, value: str) -> None:
        name, equals, setting = value.partition("=")
        name = name.replace("_", "-")
        row = UNSTABLE.get(name)
        if name == "help":
            self.question = True
        elif name == "profile-sample-use":
            return self._named_file(self.unstable, "unstable", name, setting)
        elif name == "codegen-backend" and "/" in setting:
            return self._named_file(self.unstable, "unstable", name, setting)
        elif name == "codegen-backend":
            if setting != "llvm":
                self.refuse("option", f"-Z {value}")
        elif name == "tune-cpu":
            if setting == "native":
                self.refuse("option", f"-Z {value}")
        elif name == "debuginfo-compression":
            self.opaque = self.opaque or setting != "none"
        elif row is not None:
            if setting not in FALSE_VALUES:
                self.refuse(row.reason, f"-Z {value}")
        elif name not in _UNSTABLE_HARMLESS and looks_like_files(name, setting):
            self.refuse("option", f"-Z {value}")
        self.unstable.append(Word("unstable", f"{name}{equals}{setting}"))
        return None

    def _named_file(self, words: list[Word], group: str, name: str, path: str) -> None:
        words.append(Word(f"{group} {name}", path, is_path=True))
        self.inputs.append(Input(name, self.absolute(path)))

    def _extern(self, value: str) -> None:
        left, equals, path = value.partition("=")
        modifiers, colon, name = left.rpartition(":")
        options = sorted(modifiers.split(",")) if colon else []
        if not name or not _MODIFIERS.issuperset(options):
            raise Malformed(f"--extern {value}")
        label = " ".join((name, *options))
        if equals:
            extension = posixpath.splitext(path)[1]
            self.externs.append(Input(f"extern {label} {extension}", self.absolute(path)))
        elif name in SYSROOT_CRATES:
            self.extern_words.add(label)
        else:
            self.refuse("extern-without-path", name)

    def _library_path(self, value: str) -> None:
        kind, equals, path = value.partition("=")
        if not equals or kind not in ("dependency", "crate", "native", "framework", "all"):
            kind, path = "all", value
        place = self.absolute(path)
        if kind in ("dependency", "crate", "all"):
            self.library_dirs.append(place)
        if kind != "dependency":
            suffixes = {"crate": _CRATE_SUFFIXES, "all": _NATIVE_SUFFIXES + _CRATE_SUFFIXES}
            self.search_dirs.append(SearchDir(f"-L {kind}", place, suffixes.get(kind, _NATIVE_SUFFIXES)))

    def _emit(self, value: str) -> None:
        for part in value.split(","):
            kind, equals, path = part.partition("=")
            if kind not in EMIT_KINDS:
                self.refuse("emit", kind)
            if equals and path in ("", "-"):
                self.refuse("explicit-output", f"--emit={part}")
            self.emits[kind] = path if equals else None

    def _crate_type(self, value: str) -> None:
        for kind in value.split(","):
            if kind not in CRATE_TYPES:
                self.refuse("crate-type", kind)
            if kind not in self.crate_types:
                self.crate_types.append(kind)

    def _json(self, value: str) -> None:
        for part in value.split(","):
            if part.startswith(_LOOKS):
                self.display.add(("json", part))
            elif part == "timings":
                self.refuse("option", "--json=timings")
            else:
                self.json.add(part)

    def _print(self, value: str) -> None:
        # These two are answered while a crate is compiled; all others instead of it.
        if value.partition("=")[0] in ("native-static-libs", "link-args"):
            self.refuse("option", f"--print {value}")
        else:
            self.question = True

    def _ask(self, value: str) -> None:
        self.question = True


def _look(command: Command, name: str, value: str) -> None:
    command.single[name] = value
    command.display.add((name, value))


def _append(group: str, name: str) -> Callable[[Command, str], None]:
    return lambda command, value: getattr(command, group).append(Word(name, value))


_CODEGEN_WATCHED: Final = frozenset({"debuginfo", "lto", "linker-plugin-lto", "instrument-coverage"})
"""-C options that are words as they stand, but say something about others besides."""
_UNSTABLE_HARMLESS: Final = frozenset(
    {"binary-dep-depinfo", "debug-info-for-profiling", "emit-stack-sizes", "dump-mir-exclude-alloc-bytes",
     "dump-mir-exclude-pass-number", "dump-mono-stats-format", "input-stats", "macro-stats", "meta-stats",
     "print-codegen-stats", "profiler-runtime", "self-profile-counter", "trace-macros", "trim-diagnostic-paths",
     "remap-path-scope", "no-profiler-runtime", "disable-fast-paths"}
)  # fmt: skip
"""-Z options whose names look like files, but that write none."""

_HANDLERS: Final[dict[str, Callable[[Command, str], None]]] = {
    "cfg": lambda command, value: command.cfgs.add(value),
    "check-cfg": lambda command, value: command.check_cfgs.add(value),
    "codegen": Command._codegen,
    "unstable": Command._unstable,
    "extern": Command._extern,
    "library-path": Command._library_path,
    "link-lib": _append("links", "link-lib"),
    "remap-path-prefix": _append("remaps", "remap-path-prefix"),
    "remap-path-scope": _append("remaps", "remap-path-scope"),
    "cap-lints": _append("lints", "cap-lints"),
    "unknown": _append("unknown", "unknown"),
    "emit": Command._emit,
    "crate-type": Command._crate_type,
    "json": Command._json,
    "print": Command._print,
    "help": Command._ask,
    "version": Command._ask,
    "explain": Command._ask,
    "debuginfo": lambda command, value: _flag(command, "-g"),
    "optimize": lambda command, value: _flag(command, "-O"),
    "color": lambda command, value: _look(command, "color", value),
    "diagnostic-width": lambda command, value: _look(command, "diagnostic-width", value),
    "output": lambda command, value: command.refuse("explicit-output", "-o"),
    "env-set": lambda command, value: command.refuse("option", "--env-set"),
}


def _flag(command: Command, word: str) -> None:
    """-g and -O stand among the -C options: the later of `-O` and `-C opt-level` wins."""
    command.codegen.append(Word("codegen", word))
    if word == "-g":
        command.debuginfo = True
