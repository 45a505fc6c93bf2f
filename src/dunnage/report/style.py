"""How text may look where it goes: plain for files and pipes, emphasis and wrapped tables for terminals."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

from dunnage.report.table import Table, drawn, plain


@dataclass(frozen=True, slots=True)
class Style:
    """`width` is that of the terminal, None where there is none."""

    width: int | None = None
    colour: bool = False

    @classmethod
    def of(cls, stream: TextIO, environ: Mapping[str, str]) -> "Style":
        """The style of a stream. NO_COLOR (https://no-color.org) and a dumb terminal take the colour away."""
        if not stream.isatty():
            return cls()
        try:
            width = os.get_terminal_size(stream.fileno()).columns
        except (OSError, ValueError):  # a stream without a descriptor
            width = 0
        colour = not environ.get("NO_COLOR") and environ.get("TERM", "dumb") != "dumb"
        return cls(width or 80, colour)

    @classmethod
    def of_stdout(cls) -> "Style":
        """The style of this process's standard output."""
        return cls.of(sys.stdout, os.environ)

    def strong(self, text: str) -> str:
        """The text in bold."""
        return f"\x1b[1m{text}\x1b[0m" if self.colour else text

    def table(self, table: Table) -> str:
        """The table, as fits."""
        return plain(table) if self.width is None else drawn(table, width=self.width, colour=self.colour)
