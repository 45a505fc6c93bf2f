"""`dunnage doctor`: text, document, exit code; it starts nothing."""

import json
import os
from collections.abc import Callable
from pathlib import Path

from dunnage import __version__
from dunnage.doctor.registry import CHECKS


def test_when_all_is_well(dunnage: Callable) -> None:
    good = dunnage("doctor", "remotes")
    assert (good.returncode, good.stdout) == (0, "ok       remotes  none are set\n\nNothing is wrong.\n")


def test_the_exit_code_says_that_something_does_not_work(dunnage: Callable, dunnage_dir: Path) -> None:
    bad = dunnage("doctor", "remotes", env={**os.environ, "DUNNAGE_REMOTES": "file:///none-of-these"})
    assert bad.returncode == 4
    assert bad.stdout.startswith("error    remotes  The directory /none-of-these is not there.\n")
    assert "what to do: Mount it" in bad.stdout
    assert bad.stdout.endswith("1 error.\n")
    assert bad.stderr == ""
    assert not dunnage_dir.exists()


def test_the_document(dunnage: Callable) -> None:
    document = json.loads(dunnage("doctor", "remotes", "--json").stdout)
    assert document == {
        "schema": 1,
        "version": __version__,
        "counts": {"error": 0, "warning": 0, "note": 0, "ok": 1},
        "findings": [{"check": "remotes", "level": "ok", "what": "none are set", "why": "", "cure": ""}],
    }


def test_a_check_that_there_is_not(dunnage: Callable) -> None:
    done = dunnage("doctor", "remote")
    assert done.returncode == 2
    assert all(name in done.stderr for name in ("there is no check remote", *CHECKS))
