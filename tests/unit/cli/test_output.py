"""Saying things: bytes of odd paths come out as they went in."""

import os

import pytest

from dunnage.cli.output import complain, say


def test_results_go_to_stdout_as_they_are(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    say("a\n")
    say(os.fsdecode(b"/odd/\xff\n"))
    assert capfdbinary.readouterr() == (b"a\n/odd/\xff\n", b"")


def test_everything_else_goes_to_stderr_with_a_name(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    complain("It " + os.fsdecode(b"\xffrains."))
    assert capfdbinary.readouterr() == (b"", b"dunnage: It \xffrains.\n")
