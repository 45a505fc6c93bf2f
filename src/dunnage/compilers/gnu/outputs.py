"""Which files gcc and clang make besides an object, and where. Sources: gcc's manual, and real runs of both.

-o dir/x.y.o     dir/x.y.d  dir/x.y.dwo  dir/x.y.gcno  dir/x.y.su        what follows the last dot is replaced
no -o            x.o, and the same names, in the current directory, named after the source
-MF file         the `.d` is that file
-dumpdir -dumpbase -dumpbase-ext      (gcc 11 and newer) name all of them but the object
"""

import posixpath
from typing import Final

from dunnage.compilers.gnu.command import Command
from dunnage.compilers.gnu.languages import Language
from dunnage.compilers.refused import Refused
from dunnage.model.unit import Output

_ODD_PLACES: Final = ("/dev/", "/proc/")
_SHARED_MEMORY: Final = "/dev/shm/"


def expected(command: Command, source: str, language: Language, cwd: str, *, clang: bool) -> list[Output]:
    """The outputs of a compilation, absolute, the object first.

    Args:
        source: as written.
        clang: whether clang's rules count where it differs.

    Raises:
        Refused.
    """
    stem = _without_suffix(posixpath.basename(source))
    place = command.output if command.output is not None else f"{stem}.o"
    aside = _aside(command, place)
    found = [("object", place)]
    beside = aside if command.output is None else _without_suffix(place)
    if (dep_info := _dep_info(command, language, beside)) is not None:
        found.append(("dep-info", dep_info))
    if command.split_dwarf and not (clang and (command.lto or not command.debug)):
        found.append(("dwo", f"{aside}.dwo"))
    if not language.is_assembler:
        if command.coverage or command.coverage_notes:
            found.append(("gcno", f"{aside}.gcno"))
        if command.stack_usage and not command.lto:
            found.append(("su", f"{aside}.su"))
    if (
        len(found) > 1
        and posixpath.basename(aside).startswith(".")
        and "." not in posixpath.basename(place)[1:]
    ):
        raise Refused("explicit-output", f"-o {place}")  # gcc: `.x.su`, clang: `.su`
    outputs = [Output(kind, _absolute(path, cwd)) for kind, path in found]
    if len({output.path for output in outputs}) != len(outputs):
        raise Refused("explicit-output", "two outputs in one file")
    return outputs


def _aside(command: Command, place: str) -> str:
    """What the names of all files besides the object begin with."""
    if command.dump_base is None and command.dump_dir is None:
        return _without_suffix(place)
    base = command.dump_base
    if base is None:
        base = _without_suffix(posixpath.basename(place))
    elif not base or command.dump_base_ext is not None:
        raise Refused("explicit-output", "-dumpbase")
    if "/" in base:
        return base
    folder = command.dump_dir
    if folder is None:
        folder = place[: place.rfind("/") + 1]
    return folder + base


def _dep_info(command: Command, language: Language, beside: str) -> str | None:
    inner = command.inner_dep_file
    if inner is not None:
        if command.wants_dep_info or command.dep_file is not None or language.preprocessed:
            raise Refused("option", "-Wp,-MD beside others of its kind")
        return inner
    if not command.wants_dep_info or language.preprocessed:
        return None
    return f"{beside}.d" if command.dep_file is None else command.dep_file


def _without_suffix(name: str) -> str:
    """Up to the last dot of the file's name; a dot in front is no suffix's."""
    folder, slash, base = name.rpartition("/")
    return folder + slash + (base[: base.rfind(".")] if base.rfind(".") > 0 else base)


def _absolute(path: str, cwd: str) -> str:
    """A path as the compiler sees it. Never normalised: `a/../b` is not `b` where `a` is a link."""
    if path in ("", "-") or path.endswith(("/", "/.", "/..")):
        raise Refused("explicit-output", path)
    place = path if path.startswith("/") else f"{cwd.rstrip('/')}/{path}"
    if place.startswith(_ODD_PLACES) and not place.startswith(_SHARED_MEMORY):
        raise Refused("explicit-output", path)
    return place
