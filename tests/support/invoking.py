"""Commands as a person types them in a project's directory, with this checkout's dunnage."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

DUNNAGE = (sys.executable, "-m", "dunnage")


def attempt(
    command: Sequence[str], directory: Path, env: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a command, without colours; what it said."""
    own = {"PYTHONPATH": os.pathsep.join(sys.path), "CARGO_TERM_COLOR": "never"}
    return subprocess.run(
        command, cwd=directory, env=os.environ | own | dict(env),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip


def succeed(
    command: Sequence[str], directory: Path, env: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """The same for one that has to succeed."""
    done = attempt(command, directory, env)
    assert done.returncode == 0, done.stderr
    return done
