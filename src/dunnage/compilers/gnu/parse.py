"""From an invocation of gcc or clang to a unit. Looks at no file."""

import posixpath
from collections.abc import Mapping
from typing import Final

from dunnage.compilers.gnu import names
from dunnage.compilers.gnu.command import Command
from dunnage.compilers.gnu.display import ALWAYS, color_of, display_of
from dunnage.compilers.gnu.languages import HEADER, MODULE, OTHER, Language, language_of
from dunnage.compilers.gnu.outputs import expected
from dunnage.compilers.gnu.response import expand
from dunnage.compilers.gnu.scan import scan
from dunnage.compilers.gnu.take import take
from dunnage.compilers.refused import Refused
from dunnage.config.switches import is_switched_on
from dunnage.model.invocation import Invocation
from dunnage.model.unit import Input, Unit, Word

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


def unit_of(invocation: Invocation) -> Unit:
    """The unit that an invocation means, whose program is gcc or clang by its name (`names.is_driver`).

    Raises:
        Refused.
    """
    argv = expand(invocation.argv, invocation.response_files)
    program = posixpath.basename(argv[0]).removesuffix(".exe")
    command = Command()
    for name, value in scan(argv):
        take(command, name, value)
    _judge(command, invocation.env)
    if not is_switched_on("observe", invocation.env):
        raise Refused("not-observed")
    source, language = _source(command, names.is_cxx(program))
    color = color_of(command, invocation)
    added = (ALWAYS,) if color == "always" and command.color not in ("always", "never") else ()
    if command.recorded and added:
        raise Refused("terminal", "the command line is recorded")
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
        raise Refused(*command.refusal)
    if not command.compiles:
        raise Refused("links" if command.sources else "not-a-compile")
    if command.architectures > 1:
        raise Refused("option", "several -arch")
    for name in VARIABLES:
        if env.get(name):
            raise Refused("option", name)


def _source(command: Command, cxx: bool) -> tuple[str, Language]:
    """The one source, and what it is."""
    if any(path == "-" for path, _ in command.sources):
        raise Refused("stdin")
    if len(command.sources) != 1:
        raise Refused("input", f"{len(command.sources)} sources")
    path, option = command.sources[0]
    language = language_of(path, option, cxx)
    if language is None or not path:
        raise Refused("input", path)
    if language is HEADER:
        raise Refused("precompiled-header", path)
    if language is MODULE:
        raise Refused("modules", path)
    if language is OTHER:
        raise Refused("language", path)
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
