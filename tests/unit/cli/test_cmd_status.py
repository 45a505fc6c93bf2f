"""`dunnage status`: with a daemon and without one."""

import json
import os
from collections.abc import Callable
from pathlib import Path

from dunnage import __version__
from dunnage.config.places import Places


def test_without_a_daemon(dunnage: Callable, dunnage_dir: Path) -> None:
    done = dunnage("status")
    assert done.returncode == 3
    assert done.stdout.startswith("running         no\n")
    document = dunnage("status", "--json")
    assert document.returncode == 3
    assert json.loads(document.stdout)["running"] is False
    assert not dunnage_dir.exists(), "asking for the status must start nothing"


def test_with_a_daemon(dunnage: Callable, dunnage_dir: Path) -> None:
    dunnage("start")
    done = dunnage("status", "--json")
    status = json.loads(done.stdout)
    places = Places(dunnage_dir)
    assert done.returncode == 0
    assert status["schema"] == 1
    assert status["running"] is True
    assert os.path.exists(f"/proc/{status['pid']}")
    assert status["version"] == __version__
    assert status["socket"] == str(places.host_socket)
    assert status["container_socket"] == str(places.container_socket)
    assert status["store"] == str(places.store)
    assert status["log"] == str(places.log)
    assert status["sessions"] == 0
    assert status["size_bytes"] == 0
    text = dunnage("status").stdout
    assert f"pid             {status['pid']}\n" in text
    assert "sessions        0\n" in text
