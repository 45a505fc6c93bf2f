#!/usr/bin/env python3
"""Print the reference pages that stand in the code as tables: commands, settings, exit codes, counters.

Without arguments the pages in docs/reference/ are written; `--check` only says which of them differ.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from dunnage import errors
from dunnage.cli import boundary, cmd_doctor, cmd_status, execute
from dunnage.cli.main import COMMANDS, cli
from dunnage.config.schema import SETTINGS, VARIABLES, Trust
from dunnage.doctor.registry import CHECKS
from dunnage.errors import DunnageError
from dunnage.model.advice import ADVICE
from dunnage.model.outcome import REASONS, Outcome

PAGES = Path(__file__).resolve().parent.parent / "docs" / "reference"
NOTE = "<!-- Printed by tools/gen_reference.py from the tables in the code; do not edit. -->\n\n"
WIDTH = 100

OUTCOMES = {
    Outcome.HIT: "The outputs were restored; no compiler ran.",
    Outcome.MISS: "The compiler ran. What it made was stored, unless the reason says otherwise.",
    Outcome.UNCACHEABLE: "dunnage left the call to the compiler, because its result cannot be cached, or not yet.",
    Outcome.FALLBACK: "Something went wrong between client and daemon, and the client ran the compiler.",
}

EXTRA = (
    (
        "`package`",
        "a name or glob, or a list",
        "Whose compiles depend on it. Without it: every package below.",
    ),
    (
        "`files`",
        "a glob, or a list",
        "Files whose names and contents count, relative to the `dunnage.toml` or absolute.",
    ),
    ("`env`", "a name, or a list", "Variables whose values count."),
)

OTHER_CODES = (
    (0, "The command did what it was asked to do."),
    (cmd_status.EXIT_NOT_RUNNING, "`dunnage status`: no daemon runs."),
    (cmd_doctor.EXIT_FOUND, "`dunnage doctor`: something does not work."),
    (boundary.EXIT_UNEXPECTED, "An error in dunnage. A report lies in the log directory."),
    (execute.EXIT_NOT_EXECUTABLE, "The command to run cannot be executed."),
    (execute.EXIT_NOT_FOUND, "The command to run does not exist."),
    (boundary.EXIT_INTERRUPTED, "Interrupted by Ctrl-C."),
)


def table(titles: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = (titles, ["---"] * len(titles), *rows)
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def commands() -> str:
    """`cli.md`: every command's help."""
    parent = cli.make_context("dunnage", [], resilient_parsing=True, terminal_width=WIDTH)
    text = (
        f"# Commands\n\n```text\n{cli.get_help(parent)}\n```\n\n"
        "Results go to standard output, everything else to standard error. Colour and wrapped tables are for "
        "terminals only;\n`NO_COLOR` takes the colour away. What goes into a file or a pipe is plain and stable, and "
        "`--json` prints the\n[documents](stats-json.md) that programs may rely on. [Exit codes](exit-codes.md) have "
        "a page of their own.\n"
    )
    for name in COMMANDS:
        command = cli.get_command(parent, name)
        assert command is not None
        context = click.Context(command, parent=parent, info_name=name, terminal_width=WIDTH)
        text += f"\n## dunnage {name}\n\n```text\n{command.get_help(context)}\n```\n"
        if name == "doctor":
            text += "\n" + table(
                ("check", "what it looks at"), ((f"`{row}`", doc) for row, doc in CHECKS.items())
            )
    return text


def settings() -> str:
    """`settings.md`: every setting, and the variables that are none."""
    rows = (
        (
            f"`{row.name}`",
            row.form,
            row.format(row.default),
            f"`{row.env}`",
            "yes" if row.trust is Trust.PROJECT else "no",
            row.doc,
        )
        for row in SETTINGS
    )
    variables = ((f"`{name}`", doc) for name, doc in VARIABLES.items())
    return (
        "# Settings\n\n"
        "A setting is taken from the user's `dunnage.toml`, then from the project's (the first `dunnage.toml` in the "
        "current\ndirectory or above it), then from the environment; the last one that says something wins. "
        "`dunnage config` shows each\nvalue with its origin, and where the user's file belongs is told by "
        "`DUNNAGE_CONFIG` or else by the platform\n(`~/.config/dunnage/dunnage.toml` on Linux).\n\n"
        "A project's file comes with somebody else's sources. What spends the user's disk, or changes the daemon "
        "that all\nprojects share, it may not set; dunnage says so instead of looking away.\n\n"
        '```toml\nsize_max = "20GiB"\nidle_timeout = "1h30m"\n```\n\n'
        "Sizes: `KiB`, `MiB`, `GiB`, `TiB` are powers of 1024; `K`, `M`, `G`, `T` (with or without `B`) are powers of "
        "1000; a\nnumber alone is bytes. Durations: `2d`, `4h`, `30m`, `45s`, or together as `1h30m`; a number alone "
        "is seconds.\n\n"
        + table(("setting", "value", "default", "variable", "may a project set it?", "what it does"), rows)
        + "\n## Extra inputs\n\n"
        "`[[extra-inputs]]` is no setting but a list of tables: what packages depend on without rustc knowing. The "
        "tables of both\nfiles count. [How to write them](../howto/extra-inputs.md).\n\n"
        + table(("key", "value", "what it does"), iter(EXTRA))
        + "\n## Variables that are no settings\n\n"
        + table(("variable", "what it does"), variables)
    )


def _tree(kind: type[DunnageError]) -> Iterator[type[DunnageError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _tree(child)


def exit_codes() -> str:
    """`exit-codes.md`: from the classes of errors, and what is no error of dunnage's."""
    # The code is the package's; a subclass elsewhere would be none of the documented tree.
    tree = (kind for kind in _tree(DunnageError) if kind.__module__ == errors.__name__)
    rows = [
        (kind.exit_code, kind.__name__, f"{(kind.__doc__ or '').splitlines()[0]} {kind.hint}")
        for kind in tree
    ]
    rows += [(code, "", text) for code, text in OTHER_CODES]
    return (
        "# Exit codes\n\n"
        "`dunnage run`, `cross`, `docker` and `podman` become the command that they run, so its exit code and its "
        "signals are\nwhat you see; trouble with the cache never changes them. The other commands end with one of "
        "these.\n\n"
        + table(
            ("code", "error", "meaning"),
            ((str(code), name, text.strip()) for code, name, text in sorted(rows)),
        )
    )


def counters() -> str:
    """`counters.md`: every outcome with its reasons."""
    text = (
        "# Outcomes and reasons\n\n"
        "Every call of a compiler ends in exactly one of these rows; `dunnage stats` counts them.\n"
    )
    for outcome, what in OUTCOMES.items():
        rows = (
            (f"`{row.name}`", row.text, ADVICE.get(key, ""))
            for key, row in REASONS.items()
            if key[0] is outcome
        )
        text += f"\n## {outcome}\n\n{what}\n\n{table(('reason', 'meaning', 'what to do'), rows)}"
    return text


def pages() -> dict[str, str]:
    """File name → text of each page."""
    made = {"cli.md": commands, "settings.md": settings, "exit-codes.md": exit_codes, "counters.md": counters}
    return {name: NOTE + page() for name, page in made.items()}


def main(args: Sequence[str], directory: Path = PAGES) -> int:
    """Write the pages, or with `--check` name those that differ; then 1."""
    code = 0
    for name, text in pages().items():
        path = directory / name
        if args != ["--check"]:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            print(f"{path} is not what the code says: run tools/gen_reference.py", file=sys.stderr)
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
