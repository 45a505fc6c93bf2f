"""`dunnage start`: one daemon, however often it is said."""

import json
import os
from collections.abc import Callable
from pathlib import Path

from dunnage import __version__


def test_twice_is_one_daemon(dunnage: Callable) -> None:
    first, second = dunnage("start"), dunnage("start")
    pid = json.loads(dunnage("status", "--json").stdout)["pid"]
    assert first.stdout == second.stdout == f"The daemon runs: pid {pid}, version {__version__}.\n"
    assert first.returncode == second.returncode == 0


def test_a_daemon_that_cannot_start_says_why(dunnage: Callable, dunnage_dir: Path) -> None:
    dunnage_dir.write_text("a file in the way")
    done = dunnage("start")
    assert done.returncode == 20
    assert done.stderr.startswith("dunnage: The daemon could not be started: ")


def test_one_that_goes_by_other_settings(dunnage: Callable) -> None:
    """Whoever has just mended a remote would hear of it as it was, and not know why."""
    dunnage("start", env={**os.environ, "DUNNAGE_REMOTES": "file:///none-of-these"})
    mended = dunnage("start")
    assert mended.returncode == 0
    assert mended.stderr == (
        "dunnage: It goes by other settings than are set now: remotes. `dunnage stop`, and start it anew.\n"
    )
    dunnage("stop")
    assert dunnage("start").stderr == ""
