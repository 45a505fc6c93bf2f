"""Asking an engine a question: one short run of its own program, bounded, whose failure is an answer, too."""

import subprocess
from collections.abc import Mapping, Sequence
from typing import Protocol

from dunnage.limits import ENGINE_ANSWER_TIMEOUT_S


class Ask(Protocol):
    """Runs a command line and returns its first line of output, or None where it failed."""

    def __call__(self, argv: Sequence[str], environ: Mapping[str, str]) -> str | None:
        """See the class."""


def ask(argv: Sequence[str], environ: Mapping[str, str]) -> str | None:
    """The first line that `argv` prints; None if it cannot be run, fails, or takes longer than the limit."""
    try:
        done = subprocess.run(
            list(argv),
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=ENGINE_ANSWER_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None
    lines = done.stdout.decode("utf-8", "surrogateescape").splitlines()
    return lines[0].strip() if done.returncode == 0 and lines else None
