"""`dunnage stop`: afterwards none runs, and that is no error if none did."""

from collections.abc import Callable

import pytest


def test_stop_is_stop(dunnage: Callable) -> None:
    dunnage("start")
    done = dunnage("stop")
    assert (done.returncode, done.stdout, done.stderr) == (0, "The daemon has stopped.\n", "")
    assert dunnage("status").returncode == 3


def test_nothing_to_stop(dunnage: Callable) -> None:
    done = dunnage("stop")
    assert (done.returncode, done.stdout, done.stderr) == (0, "No daemon was running.\n", "")


def test_settings_that_cannot_be_read_do_not_keep_it_alive(
    dunnage: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    dunnage("start")
    monkeypatch.setenv("DUNNAGE_DRAIN_TIMEOUT", "soon")
    done = dunnage("stop")
    assert (done.returncode, done.stdout, done.stderr) == (0, "The daemon has stopped.\n", "")
