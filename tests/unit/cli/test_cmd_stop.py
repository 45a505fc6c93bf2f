"""`dunnage stop`: afterwards none runs, and that is no error if none did."""

from collections.abc import Callable


def test_stop_is_stop(dunnage: Callable) -> None:
    dunnage("start")
    done = dunnage("stop")
    assert (done.returncode, done.stdout, done.stderr) == (0, "The daemon has stopped.\n", "")
    assert dunnage("status").returncode == 3


def test_nothing_to_stop(dunnage: Callable) -> None:
    done = dunnage("stop")
    assert (done.returncode, done.stdout, done.stderr) == (0, "No daemon was running.\n", "")
