"""Style: what a stream can show, with a real terminal, and without one."""

import os
import pty
from collections.abc import Iterator
from io import StringIO
from typing import TextIO

import pytest

from dunnage.report.style import Style
from dunnage.report.table import Column, Table

TABLE = Table((Column("unit"),), [("serde",)])


@pytest.fixture
def terminal() -> Iterator[TextIO]:
    """A terminal of 132 columns."""
    ours, theirs = pty.openpty()
    import fcntl
    import struct
    import termios

    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 132, 0, 0))
    with open(theirs, "w") as stream:
        yield stream
    os.close(ours)


def test_a_file_is_plain() -> None:
    style = Style.of(StringIO(), {"TERM": "xterm"})
    assert style == Style(None, colour=False)
    assert style.strong("so") == "so"
    assert style.table(TABLE) == "unit\nserde\n"


def test_a_terminal_has_its_width_and_colour(terminal: TextIO) -> None:
    style = Style.of(terminal, {"TERM": "xterm"})
    assert style == Style(132, colour=True)
    assert style.strong("so") == "\x1b[1mso\x1b[0m"
    assert "\x1b[" in style.table(TABLE)


@pytest.mark.parametrize("environ", [{"TERM": "xterm", "NO_COLOR": "1"}, {"TERM": "dumb"}, {}])
def test_no_colour_for_those_who_do_not_want_it(terminal: TextIO, environ: dict[str, str]) -> None:
    style = Style.of(terminal, environ)
    assert style == Style(132, colour=False)
    assert "\x1b" not in style.table(TABLE)


def test_an_empty_no_color_says_nothing(terminal: TextIO) -> None:
    assert Style.of(terminal, {"TERM": "xterm", "NO_COLOR": ""}).colour


def test_a_terminal_that_does_not_tell_its_width() -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    assert Style.of(Terminal(), {"TERM": "xterm"}).width == 80


def test_of_stdout_is_that_of_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert Style.of_stdout() == Style()
