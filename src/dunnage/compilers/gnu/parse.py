"""From an invocation of gcc or clang to a verdict. Looks at no file."""

import posixpath
from collections.abc import Mapping
from typing import Final

from dunnage.compilers.gnu import names
from dunnage.compilers.gnu.command import Command
from dunnage.compilers.gnu.display import ALWAYS, color_of, display_of
from dunnage.compilers.gnu.languages import HEADER, MODULE, OTHER, Language, language_of
from dunnage.compilers.gnu.outputs import OutputsUnknown, expected
from dunnage.compilers.gnu.response import ResponseFileError, expand
from dunnage.compilers.gnu.scan import Malformed, scan
from dunnage.compilers.gnu.take import take
from dunnage.config.switches import is_switched_on
from dunnage.model.invocation import Invocation
from dunnage.model.unit import Cacheable, Input, Uncacheable, Unit, Verdict, Word

VARIABLES: Final[Mapping[str, str]] = {
    "DEPENDENCIES_OUTPUT": "names a file that dep-info is written to",
    "SUNPRO_DEPENDENCIES": "names a file that dep-info is written to",
    "GCC_COMPARE_DEBUG": "compiles twice, and compares",
    "CCC_OVERRIDE_OPTIONS": "changes the command line",
    "CCC_ADD_ARGS": "changes the command line",
    "QA_OVERRIDE_GCC3_OPTIONS": "changes the command line",
    "RC_DEBUG_OPTIONS": "writes the command line into debug information",
    "CC_PRINT_OPTIONS": "prints command lines, into a file",
    "CC_PRINT_HEADERS": "prints headers, into a file",
    "CC_PRINT_PROC_STAT": "prints times, into a file",
    "CC_LOG_DIAGNOSTICS": "prints diagnostics into a file",
}
"""Variables that make a unit uncacheable where they are set, and why."""


class _Stop(Exception):
    """Why a verdict is `Uncacheable`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def parse(invocation: Invocation) -> Verdict:
    """The verdict on an invocation whose program is gcc or clang by its name (`names.is_driver`)."""
    try:
        return Cacheable(_unit(invocation))
    except _Stop as stop:
        return Uncacheable(stop.reason, stop.detail)
    except OutputsUnknown as unknown:
        return Uncacheable(unknown.reason, unknown.detail)
    except ResponseFileError as error:
        return Uncacheable("response-file", str(error))
    except Malformed as error:
        return Uncacheable("argument", str(error))


def _unit(invocation: Invocation) -> Unit:
    argv = expand(invocation.argv, invocation.response_files)
    program = posixpath.basename(argv[0]).removesuffix(".exe")
    command = Command()
    for name, value in scan(argv):
        take(command, name, value)
    _judge(command, invocation.env)
    if not is_switched_on("observe", invocation.env):
        raise _Stop("not-observed")
    source, language = _source(command, names.is_cxx(program))
    color = color_of(command, invocation)
    added = (ALWAYS,) if color == "always" and command.color not in ("always", "never") else ()
    if command.recorded and added:
        raise _Stop("terminal", "the command line is recorded")
    cwd, env = invocation.cwd, invocation.env
    outputs = expected(command, source, language, cwd, clang=names.is_clang(program))
    words = [
        Word("driver", program),
        Word("source", source, is_path=source.startswith("/")),
        *_output(command),
    ]
    words += command.words
    if command.recorded:
        words += [Word("recorded", word) for word in argv[1:]]
    return Unit(
        language="c",
        name=_name(source, language, cwd, env),
        words=words,
        env=(),
        inputs=(Input("source", source if source.startswith("/") else f"{cwd.rstrip('/')}/{source}"),),
        outputs=outputs,
        dep_info=next((output.path for output in outputs if output.kind == "dep-info"), ""),
        out_dir=posixpath.dirname(outputs[0].path),
        directories=tuple(dict.fromkeys(posixpath.dirname(output.path) for output in outputs)),
        cwd=cwd,
        compiler=invocation.program,
        display=display_of(color, env),
        crate_name=env.get("CARGO_PKG_NAME", ""),
        package_dir=env.get("CARGO_MANIFEST_DIR") or None,
        observed=True,
        hides_places=command.lto or command.packed or command.compressed,
        added=added,
    )


def _judge(command: Command, env: Mapping[str, str]) -> None:
    """Refuse what is not cacheable, whatever its source is."""
    if command.refusal is not None:
        raise _Stop(*command.refusal)
    if not command.compiles:
        raise _Stop("links" if command.sources else "not-a-compile")
    if command.architectures > 1:
        raise _Stop("option", "several -arch")
    for name in VARIABLES:
        if env.get(name):
            raise _Stop("option", name)


def _source(command: Command, cxx: bool) -> tuple[str, Language]:
    """The one source, and what it is."""
    if any(path == "-" for path, _ in command.sources):
        raise _Stop("stdin")
    if len(command.sources) != 1:
        raise _Stop("input", f"{len(command.sources)} sources")
    path, option = command.sources[0]
    language = language_of(path, option, cxx)
    if language is None or not path:
        raise _Stop("input", path)
    if language is HEADER:
        raise _Stop("precompiled-header", path)
    if language is MODULE:
        raise _Stop("modules", path)
    if language is OTHER:
        raise _Stop("language", path)
    return path, language


def _output(command: Command) -> list[Word]:
    """The object as it is spelled: dep-info and debug information name it, and what stands beside it, like this.

    A plain absolute path is a root's matter.
    """
    written = command.output
    if written is not None and written.startswith("/") and posixpath.normpath(written) == written:
        return []
    return [Word("-o", "" if written is None else written)]


def _name(source: str, language: Language, cwd: str, env: Mapping[str, str]) -> str:
    """`src/foo.c (c)`; with its package in front where cargo runs this."""
    package = " ".join(filter(None, (env.get("CARGO_PKG_NAME"), env.get("CARGO_PKG_VERSION"))))
    shown = source
    if package and (folder := env.get("CARGO_MANIFEST_DIR")):
        whole = source if source.startswith("/") else posixpath.join(cwd, source)
        shown = whole.removeprefix(folder.rstrip("/") + "/")
    return f"{package}: {shown} ({language.kind})" if package else f"{shown} ({language.kind})"
