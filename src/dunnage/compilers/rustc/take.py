"""What each option does to a command: one function, or one row, an option."""

from collections.abc import Callable
from typing import Final

from dunnage.compilers.refused import Malformed
from dunnage.compilers.rustc.codegen import take_codegen, take_flag, take_unstable
from dunnage.compilers.rustc.command import Command
from dunnage.compilers.rustc.options import CRATE_TYPES, EMIT_KINDS, OPTIONS, SYSROOT_CRATES
from dunnage.compilers.rustc.searching import searched
from dunnage.model.unit import Input, Word

_ONCE: Final = frozenset(option.name for option in OPTIONS if option.once)
_LINTS: Final = ("allow", "warn", "force-warn", "deny", "forbid")
_MODIFIERS: Final = frozenset({"priv", "noprelude", "nounused", "force"})
_LIBRARY_KINDS: Final = frozenset({"dependency", "crate", "native", "framework", "all"})
_LOOKS: Final = "diagnostic-"
"""Begin of those values of --json that only say how a diagnostic is written."""
_PRINTS_BESIDES: Final = frozenset({"native-static-libs", "link-args"})
"""What --print answers while a crate is compiled; all else it answers instead."""


def take(command: Command, name: str, value: str) -> None:
    """Take in one option.

    Raises:
        Malformed: rustc would refuse it.
    """
    if name in _ONCE and name in command.single:
        raise Malformed(f"--{name} twice")
    handler = _HANDLERS.get(name)
    if handler is not None:
        handler(command, value)
    elif name in _LINTS:
        command.question = command.question or value == "help"
        command.lints.append(Word("lint", f"{name}={value}"))
    else:
        command.single[name] = value


def _extern(command: Command, value: str) -> None:
    """`[modifiers:]name[=path]`."""
    left, equals, path = value.partition("=")
    modifiers, colon, label = left.rpartition(":")
    if not label:
        raise Malformed(f"--extern {value}")
    if colon:
        options = sorted(modifiers.split(","))
        if not _MODIFIERS.issuperset(options):
            raise Malformed(f"--extern {value}")
        label = " ".join((label, *options))
    if equals:
        place = command.absolute(path)
        command.externs.append(Input(f"extern {label} {path.rpartition('.')[2]}", place))
    elif label.partition(" ")[0] in SYSROOT_CRATES:
        command.extern_words.add(label)
    else:
        command.refuse("extern-without-path", label)


def _library_path(command: Command, value: str) -> None:
    """`[kind=]path`. What a path before the first `=` is no kind of, is all of the path."""
    kind, equals, path = value.partition("=")
    if not equals or kind not in _LIBRARY_KINDS:
        kind, path = "all", value
    place = command.absolute(path)
    if kind in ("dependency", "crate", "all"):
        command.library_dirs.append(place)
    if kind != "dependency":
        command.search_dirs.append(searched(kind, place))


def _emit(command: Command, value: str) -> None:
    for part in value.split(","):
        kind, equals, path = part.partition("=")
        if kind not in EMIT_KINDS:
            command.refuse("emit", kind)
        if equals and path in ("", "-"):
            command.refuse("explicit-output", f"--emit={part}")
        command.emits[kind] = path if equals else None


def _crate_type(command: Command, value: str) -> None:
    for kind in value.split(","):
        if kind not in CRATE_TYPES:
            command.refuse("crate-type", kind)
        if kind not in command.crate_types:
            command.crate_types.append(kind)


def _json(command: Command, value: str) -> None:
    for part in value.split(","):
        if part.startswith(_LOOKS):
            command.display.add(("json", part))
        elif part == "timings":
            command.refuse("option", "--json=timings")
        else:
            command.json.add(part)


def _print(command: Command, value: str) -> None:
    if value.partition("=")[0] in _PRINTS_BESIDES:
        command.refuse("option", f"--print {value}")
    else:
        command.question = True


def _ask(command: Command, _value: str) -> None:
    command.question = True


def _look(name: str) -> Callable[[Command, str], None]:
    def take_look(command: Command, value: str) -> None:
        command.single[name] = value
        command.display.add((name, value))

    return take_look


_HANDLERS: Final[dict[str, Callable[[Command, str], None]]] = {
    "cap-lints": lambda command, value: command.cap_lints.append(Word("cap-lints", value)),
    "cfg": lambda command, value: command.cfgs.add(value),
    "check-cfg": lambda command, value: command.check_cfgs.add(value),
    "codegen": take_codegen,
    "color": _look("color"),
    "crate-type": _crate_type,
    "debuginfo": lambda command, _value: take_flag(command, "-g"),
    "diagnostic-width": _look("diagnostic-width"),
    "emit": _emit,
    "env-set": lambda command, _value: command.refuse("option", "--env-set"),
    "explain": _ask,
    "extern": _extern,
    "help": _ask,
    "json": _json,
    "library-path": _library_path,
    "link-lib": lambda command, value: command.links.append(Word("link-lib", value)),
    "optimize": lambda command, _value: take_flag(command, "-O"),
    "output": lambda command, _value: command.refuse("explicit-output", "-o"),
    "print": _print,
    "remap-path-prefix": lambda command, value: command.remaps.append(Word("remap-path-prefix", value)),
    "remap-path-scope": lambda command, value: command.remap_scopes.append(Word("remap-path-scope", value)),
    "unknown": lambda command, value: command.unknown.append(Word("unknown", value)),
    "unstable": take_unstable,
    "version": _ask,
}
