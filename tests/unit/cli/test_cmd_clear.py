"""`dunnage clear`: asks first, and only whoever is there."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


def test_yes_does_not_ask(dunnage: Callable) -> None:
    done = dunnage("clear", "--yes")
    assert (done.returncode, done.stdout, done.stderr) == (0, "Removed 0 blobs, 0 B.\n", "")


def test_nobody_to_ask_is_a_usage_error(dunnage: Callable, dunnage_dir: Path) -> None:
    done = dunnage("clear")
    assert (done.returncode, done.stdout) == (2, "")
    assert "`dunnage clear --yes`" in done.stderr
    assert not dunnage_dir.exists()


@pytest.mark.parametrize(("answer", "shown"), [("y\n", "Removed 0 blobs, 0 B.\n"), ("n\n", ""), ("\n", "")])
def test_somebody_at_a_terminal_is_asked(answer: str, shown: str) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, answer.encode())
    done = subprocess.run(
        [sys.executable, "-m", "dunnage", "clear"], stdin=theirs, capture_output=True, text=True, check=False
    )
    os.close(ours)
    os.close(theirs)
    assert (done.returncode, done.stdout) == (0, shown)
    assert done.stderr.startswith("Remove everything from the store? [y/N]: ")
