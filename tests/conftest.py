"""What every test gets: a dunnage directory of its own, nobody's settings, and an end of its daemons."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from support.daemons import stop_daemons
from support.require import PARTS, require

KEPT = ("DUNNAGE_REQUIRE", "DUNNAGE_TEST_CACHE")
"""Variables that are addressed to the tests, not to dunnage."""

WRAPPERS = (
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "CARGO_BUILD_RUSTC_WRAPPER",
    "CARGO_INCREMENTAL",
    "CARGO_TARGET_DIR",
    "CROSS_CONTAINER_OPTS",
    "DOCKER_OPTS",
    "RUSTFLAGS",
)
"""Variables of the developer's own shell that would change what a test sees."""


HEARD = (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM)
"""Signals that whoever started the tests may have made deaf (a shell does for what runs in the background, `nohup`
does): every program that a test starts would inherit that, and a compiler cannot be interrupted then."""


FROM_MAKE = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "CARGO_MAKEFLAGS")
"""What `make test` would hand on to every make and cargo that a test starts: its own options and job slots."""


def pytest_configure() -> None:
    """Let signals be heard again, in the workers of xdist, too, and do as if no make had started this."""
    for name in FROM_MAKE:
        os.environ.pop(name, None)
    for number in HEARD:
        if signal.getsignal(number) is signal.SIG_IGN:
            with suppress(ValueError):  # not the main thread: what is started there says itself what it hears
                signal.signal(number, signal.SIG_DFL)


ALONE = {"fault"}
"""Folders whose tests hang daemons and fill disks, and say how long anything else may take meanwhile."""

HEAVY = {"action", "battery", "container", "e2e", "shadow"}
"""Folders whose tests build whole projects: every core has one, and they are not among the fast ones."""

HEAVY_MARKS = {"cross", "docker", "podman", "slow"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what must not run beside anything else, and what takes long."""
    tests = config.rootpath / "tests"
    for item in items:
        folder = item.path.relative_to(tests).parts[0] if item.path.is_relative_to(tests) else ""
        if folder in ALONE:
            item.add_marker("alone")
        elif folder in HEAVY or any(mark.name in HEAVY_MARKS for mark in item.iter_markers()):
            item.add_marker("heavy")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A marker that names a part requires it."""
    for mark in item.iter_markers():
        if mark.name in PARTS:
            require(mark.name)


@pytest.fixture(autouse=True)
def dunnage_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The test's own DUNNAGE_DIR, already in the environment; it does not exist yet."""
    for name in list(os.environ):
        if name.startswith("DUNNAGE_") and name not in KEPT:
            monkeypatch.delenv(name)
    for name in WRAPPERS:
        monkeypatch.delenv(name, raising=False)
    own = tmp_path.with_name(f"{tmp_path.name}.own")  # beside it: tests look at what is in their tmp_path
    own.mkdir()
    directory = own / "dunnage"
    settings = own / "dunnage.toml"
    settings.touch()
    monkeypatch.setenv("DUNNAGE_DIR", str(directory))
    monkeypatch.setenv("DUNNAGE_CONFIG", str(settings))
    yield directory
    if directory.exists():
        stop_daemons(directory)
