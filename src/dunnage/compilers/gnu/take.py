"""What each option does to a command."""

from typing import Final

from dunnage.compilers.gnu.command import Command
from dunnage.compilers.gnu.families import take_family
from dunnage.compilers.gnu.inner import take_inner
from dunnage.compilers.gnu.options import OPTIONS, Effect, Option
from dunnage.compilers.gnu.scan import FAMILY, SOURCE, UNKNOWN

_BY_NAME: Final[dict[str, Option]] = {row.name: row for row in OPTIONS if not row.spelled}


def take(command: Command, name: str, value: str) -> None:
    """Take in one option, or one word that is none."""
    if name == FAMILY:
        take_family(command, value)
    elif name == SOURCE:
        command.sources.append((value, command.language))
    elif name == UNKNOWN:
        command.refuse("option", value)
    else:
        _take_row(command, _BY_NAME[name], value)


def _take_row(command: Command, row: Option, value: str) -> None:
    name = row.name
    match row.effect:
        case Effect.KEY:
            if name == "-arch":
                command.architectures += 1
            command.keep(name, value)
        case Effect.PATH:
            command.keep_path(name, value)
        case Effect.OUTPUT:
            _take_output(command, name, value)
        case Effect.LANGUAGE:
            command.language = value
            command.keep(name, value)
        case Effect.INNER:
            take_inner(command, name, value)
        case Effect.REFUSED:
            command.refuse(row.reason, f"{name} {value}".rstrip())


def _take_output(command: Command, name: str, value: str) -> None:
    """Options that decide which files are made. All but `-c` and `-o` are words, too: they show in those files."""
    match name:
        case "-c":
            command.compiles = True
            return
        case "-o":
            if command.output not in (None, value):
                # gcc names the object by the last one, and dep-info by all of them.
                command.refuse("explicit-output", f"-o {value}")
            command.output = value
            return
        case "-MF":
            command.dep_file = value
            command.keep_path(name, value)
            return
        case "-MD" | "-MMD":
            command.wants_dep_info = True
        case "-dumpbase":
            command.dump_base = value
        case "-dumpbase-ext":
            command.dump_base_ext = value
        case "-dumpdir":
            command.dump_dir = value
        case _:
            command.coverage = True
    command.keep(name, value)
