"""-C and -Z: mostly words as they stand; some say something about outputs, some are refused (`options` has the why)."""

from collections.abc import Callable
from typing import Final

from dunnage.compilers.rustc.command import Command
from dunnage.compilers.rustc.options import (
    CODEGEN,
    FALSE_VALUES,
    UNSTABLE,
    UNSTABLE_HARMLESS,
    looks_like_files,
)
from dunnage.model.unit import Input, Word


def take_codegen(command: Command, value: str) -> None:
    """One -C option; `_` in its name is `-`."""
    name, equals, setting = value.partition("=")
    name = name.replace("_", "-")
    if name not in CODEGEN:
        if looks_like_files(name, setting):
            command.refuse("option", f"-C {value}")
    elif (instead := _CODEGEN_INSTEAD.get(name)) is not None:
        instead(command, setting)
        return
    elif (watch := _CODEGEN_WATCHED.get(name)) is not None:
        watch(command, setting if equals else None)
    command.codegen.append(Word("codegen", f"{name}{equals}{setting}"))


def take_flag(command: Command, word: str) -> None:
    """-g and -O stand among the -C options: the later of `-O` and `-C opt-level` wins."""
    command.codegen.append(Word("codegen", word))
    if word == "-g":
        command.debuginfo = True


def take_unstable(command: Command, value: str) -> None:
    """One -Z option."""
    name, equals, setting = value.partition("=")
    name = name.replace("_", "-")
    row = UNSTABLE.get(name)
    if name == "help":
        command.question = True
    elif name == "profile-sample-use" or (name == "codegen-backend" and "/" in setting):
        _named_file(command, command.unstable, f"unstable {name}", setting)
        return
    elif name in _UNSTABLE_SETTINGS:
        if _UNSTABLE_SETTINGS[name](setting):
            command.refuse("option", f"-Z {value}")
    elif name == "debuginfo-compression":
        command.opaque = command.opaque or setting != "none"
    elif row is not None:
        if setting not in FALSE_VALUES:
            command.refuse(row.reason, f"-Z {value}")
    elif name not in UNSTABLE_HARMLESS and looks_like_files(name, setting):
        command.refuse("option", f"-Z {value}")
    command.unstable.append(Word("unstable", f"{name}{equals}{setting}"))


_UNSTABLE_SETTINGS: Final[dict[str, Callable[[str], bool]]] = {
    "codegen-backend": lambda setting: setting != "llvm",
    "tune-cpu": lambda setting: setting == "native",
}
"""Whether a setting is refused."""


def _named_file(command: Command, words: list[Word], name: str, path: str) -> None:
    """An option with a file: its name as written, because dep-info shows it, and its contents."""
    words.append(Word(name, path, is_path=path.startswith("/")))
    command.inputs.append(Input(name, command.absolute(path)))


def _incremental(command: Command, setting: str) -> None:
    command.incremental = command.absolute(setting)
    command.codegen.append(Word("codegen", "incremental"))


def _profile_use(command: Command, setting: str) -> None:
    _named_file(command, command.codegen, "codegen profile-use", setting)


def _extra_filename(command: Command, setting: str | None) -> None:
    command.extra_filename = setting or ""


def _debuginfo(command: Command, setting: str | None) -> None:
    # `-g` stays, even where a later `-C debuginfo=0` wins: then a little too much is refused.
    command.debuginfo = command.debuginfo or setting not in ("0", "none")


def _lto(command: Command, setting: str | None) -> None:
    command.lto = setting not in FALSE_VALUES and setting != "thin-local"


def _opaque(command: Command, setting: str | None) -> None:
    command.opaque = command.opaque or setting not in FALSE_VALUES


def _split_debuginfo(command: Command, setting: str | None) -> None:
    command.split_debuginfo = setting or "off"


def _save_temps(command: Command, setting: str | None) -> None:
    if setting not in FALSE_VALUES:
        command.refuse("save-temps", "-C save-temps")


def _target_cpu(command: Command, setting: str | None) -> None:
    command.native_cpu = setting == "native"  # the last one wins


def _llvm_args(command: Command, setting: str | None) -> None:
    if looks_like_files(setting or "", setting):
        command.refuse("option", f"-C llvm-args={setting}")


def _help(command: Command, setting: str | None) -> None:
    command.question = command.question or setting is None


_CODEGEN_INSTEAD: Final[dict[str, Callable[[Command, str], None]]] = {
    "incremental": _incremental,
    "profile-use": _profile_use,
}
"""-C options that leave another word than themselves."""

_CODEGEN_WATCHED: Final[dict[str, Callable[[Command, str | None], None]]] = {
    "debuginfo": _debuginfo,
    "extra-filename": _extra_filename,
    "help": _help,
    "instrument-coverage": _opaque,
    "linker-plugin-lto": _opaque,
    "llvm-args": _llvm_args,
    "lto": _lto,
    "save-temps": _save_temps,
    "split-debuginfo": _split_debuginfo,
    "target-cpu": _target_cpu,
}
"""-C options that are words as they stand, and say something else besides."""
