"""A table, drawn plainly for files and pipes, and by rich for terminals.

The plain form is stable: columns aligned by spaces, two between them, no lines, no wrapping, no colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass

_HEIGHT = 25
"""Of no importance to a table, but rich asks the terminal for both or neither."""


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, and on which side the column is flush."""

    title: str
    right: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of as many cells as there are columns."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]


def plain(table: Table, *, heading: bool = True) -> str:
    """The table as lines of text, each ended; an empty last column leaves no blanks behind."""
    titles = [column.title for column in table.columns]
    lines = [titles, *table.rows] if heading else list(table.rows)
    widths = [max((len(line[i]) for line in lines), default=0) for i in range(len(titles))]
    text = ""
    for line in lines:
        cells = (
            cell.rjust(width) if column.right else cell.ljust(width)
            for cell, width, column in zip(line, widths, table.columns, strict=True)
        )
        text += "  ".join(cells).rstrip() + "\n"
    return text


def drawn(table: Table, *, width: int, colour: bool) -> str:
    """The table as a terminal of `width` columns shows it, long cells wrapped."""
    from io import StringIO

    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    drawing = RichTable(box=SIMPLE_HEAD, pad_edge=False)
    for column in table.columns:
        drawing.add_column(column.title, justify="right" if column.right else "left", overflow="fold")
    for row in table.rows:
        drawing.add_row(*(Text(cell) for cell in row))
    out = StringIO()
    # Everything is said here, so that rich asks no variable: who calls has looked at TERM and NO_COLOR already.
    console = Console(
        file=out,
        width=width,
        height=_HEIGHT,
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
    )
    console.print(drawing)
    return out.getvalue()
