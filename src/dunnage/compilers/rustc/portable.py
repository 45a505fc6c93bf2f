"""Which units portable mode is for: those that would be free of paths, if rustc wrote stable names instead."""

from collections.abc import Mapping
from typing import Final

from dunnage import limits
from dunnage.compilers.rustc.command import Command
from dunnage.compilers.rustc.options import FALSE_VALUES
from dunnage.config.switches import is_switched_on
from dunnage.model.invocation import Invocation

_WITH_CRATES: Final = ("-L all", "-L crate")


def is_portable(command: Command, invocation: Invocation) -> bool:
    """Whether a client asks for the mode, and this unit can have it.

    Not what hides its paths (bitcode, coverage maps, compressed debug info): nobody could see whether it became free of
    them, and who reads coverage or profiles looks for sources at their places. Not a command line behind whose words
    none can be put.
    """
    return (
        is_switched_on("portable", invocation.env)
        and not (command.opaque or command.ends_options or _is_profiled(command))
        and sum(map(len, invocation.argv)) <= limits.PORTABLE_ARGV_CHARS_MAX
    )


def is_alone(command: Command) -> bool:
    """Whether no macros come to it but its own and those of the sysroot.

    Any crate may hand on macros: one that is named, and one in a directory where `extern crate` finds it. An attribute
    from the command line, and an option that nobody knows, may bring what stands in no source.
    """
    return not (
        command.externs
        or command.unknown
        or any(directory.role in _WITH_CRATES for directory in command.search_dirs)
        or any(word.value.startswith("crate-attr") for word in command.unstable)
    )


def _is_profiled(command: Command) -> bool:
    for word in (*command.codegen, *command.unstable):
        option, _, setting = word.value.partition("=")
        if "profile-" in word.name or (option.startswith("profile-") and setting not in FALSE_VALUES):
            return True
    return False


def package_of(command: Command, source: str, env: Mapping[str, str]) -> str:
    """`name-version` where the compiler runs in a package's own directory; empty for a member of a workspace, whose
    source is named from there. Source: `path_args` in cargo's `core::compiler`.
    """
    if not source.startswith("/"):
        return ""
    name = env.get("CARGO_PKG_NAME") or command.single["crate-name"]
    version = env.get("CARGO_PKG_VERSION")
    return f"{name}-{version}" if version else name
