"""A site: one project at one place, with a dunnage of its own, built plainly or with the cache, and looked at."""

import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from support.commands import LARGE_TIMEOUT_S, TIMEOUT_S, Ran, run
from support.daemons import stop_daemons
from support.launchers import program_of
from support.projects import Project
from support.tools import Directories, Tool

BUILD = ("build", "--offline")

_FOREIGN = (
    "RUSTC",
    "RUSTFLAGS",
    "CARGO_",
    "CMAKE_",
    "DUNNAGE_",
    "SCCACHE_",
    "CROSS_",
    "DOCKER_OPTS",
    "CONTAINERS_CONF",
    "PYTEST_",
)
"""Beginnings of variables of the developer's own shell, and of pytest, that would change what a test sees."""

_ABOUT_TIME = (".fingerprint", "incremental")
"""Directories below target that two plain builds do not make alike, either."""

_SAYS_OF_THE_WRAPPER = re.compile(rb"(?m)^RUSTC_WRAPPER = (?:None|Some\(.*\))$")
"""The cc crate (1.2.30 for one) prints each variable that it asks for, the wrapper among them, and cargo keeps what
build scripts print: that such a line is there is compared, and what it says of the wrapper is not."""

_CALLS_THE_WRAPPER = re.compile(rb'(?m)^(running: (?:[^"\n]+="[^"\n]*" )*)"[^"\n]*/sccache" ')
"""The same in the command lines that older releases print (1.0.73 for one)."""

_ASKED_MAX = 1000
"""How often the daemon is asked whether it still works on a session; each takes a tenth of a second by itself."""

_OWN_SOURCES = Path(__file__).parents[2] / "src"


@dataclass(frozen=True, slots=True)
class Built:
    """One build: what it said, and every file that it left in the target directory, with mode and digest."""

    ran: Ran
    files: Mapping[str, str]

    @property
    def compiled(self) -> list[str]:
        """The packages that cargo says it compiled."""
        lines = (line.strip() for line in self.ran.stderr.splitlines())
        return [line.split()[1] for line in lines if line.startswith("Compiling ")]


@dataclass(frozen=True, slots=True)
class Counts:
    """`dunnage stats --json`, as far as tests look."""

    hits: int
    misses: int
    fallbacks: int
    uncacheable: Mapping[str, int]
    all: Mapping[str, Any]

    def compiled(self, language: str = "rust") -> tuple[int, int]:
        """Hits and misses of one language, where nothing of it ended in another way: runs of build scripts apart."""
        ended = self.all["languages"][language]
        assert (ended["uncacheable"], ended["fallback"]) == (0, 0), ended
        return ended["hit"], ended["miss"]

    def ended(self, outcome: str) -> int:
        """How many of rustc's units, and of runs of build scripts, ended so."""
        return sum(self.all["languages"][language][outcome] for language in ("rust", "build script"))

    def rate(self) -> float:
        """Hits among the Rust units. A probe of a build script that never compiles is none."""
        hits, misses = self.compiled()
        return hits / (hits + misses - self.all["reasons"]["miss"].get("compile-failed", 0))


@dataclass(frozen=True, slots=True)
class Site:
    """A place to build at."""

    directories: Directories
    dunnage: Path
    extra_env: tuple[tuple[str, str], ...] = ()
    timeout_s: int = TIMEOUT_S
    """How long a build may take."""

    @property
    def environ(self) -> dict[str, str]:
        """The environment of everything that runs here: the developer's, without what would be felt."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
        own = {
            "DUNNAGE_DIR": str(self.dunnage),
            "DUNNAGE_CONFIG": str(self.dunnage.with_suffix(".toml")),
            "PYTHONPATH": str(_OWN_SOURCES),
        }
        return clean | own | dict(self.extra_env)

    def with_env(self, **variables: str) -> "Site":
        """The same place with more in the environment."""
        return replace(self, extra_env=(*self.extra_env, *variables.items()))

    def build(self, tool: Tool, *, cache: bool = True, cargo: Sequence[str] = BUILD) -> Built:
        """Build with or without dunnage, whatever comes of it."""
        argv = tool.argv(self.directories, cargo)
        if cache:
            argv = dunnage_words(*tool.with_dunnage(argv))
        self.directories.target.mkdir(exist_ok=True)
        self.directories.target.chmod(0o777)  # somebody of another uid may build here
        env = self.environ | dict(tool.env(self.directories))
        ran = run(argv, env=env, cwd=self.directories.source, timeout_s=self.timeout_s)
        return Built(ran, files_of(self.directories.target))

    def wipe(self) -> None:
        """Take the target directory's contents away; the directory itself may be mounted somewhere."""
        for entry in self.directories.target.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def dunnage_says(self, *words: str) -> Ran:
        """A dunnage command that must succeed."""
        return run(dunnage_words(*words), env=self.environ, cwd=self.directories.source).succeeded()

    def counts(self) -> Counts:
        """What was counted since the last call, which sets the counters to zero. Waits for what is being stored."""
        for _ in range(_ASKED_MAX):
            status = json.loads(self.dunnage_says("status", "--json").stdout)
            if not status.get("sessions") and not status.get("storing"):
                break
        said = json.loads(self.dunnage_says("stats", "--json", "--zero").stdout)
        outcomes = said["outcomes"]
        reasons = said["reasons"].get("uncacheable", {})
        return Counts(outcomes["hit"], outcomes["miss"], outcomes["fallback"], reasons, said)


def dunnage_words(*words: str) -> list[str]:
    """The dunnage command of this checkout."""
    return [sys.executable, "-c", "import sys; from dunnage.cli.main import main; sys.exit(main())", *words]


@contextmanager
def site(base: Path, source: Project | Path, *, cargo_home: Path | None = None) -> Iterator[Site]:
    """A site below `base`, whose daemons end with the block. A `Project` is copied, a path is used as it is."""
    base.mkdir(parents=True, exist_ok=True)
    large = isinstance(source, Project) and source.large
    if isinstance(source, Project):
        home = cargo_home or source.cargo_home
        source = source.copy_to(base / "project")
    else:
        home = cargo_home or base / "cargo-home"
        home.mkdir(exist_ok=True)
    (base / "dunnage.toml").touch()
    places = Directories(source, base / "target", home)
    made = Site(places, base / "dunnage", timeout_s=LARGE_TIMEOUT_S if large else TIMEOUT_S)
    made.directories.target.mkdir(exist_ok=True)
    try:
        yield made
    finally:
        stop_daemons(made.dunnage)


def files_of(target: Path) -> dict[str, str]:
    found = {}
    for directory, names, files in os.walk(target):
        names[:] = sorted(set(names) - set(_ABOUT_TIME))
        for name in files:
            path = Path(directory, name)
            if not name.startswith((".cargo", ".rustc_info")):
                digest = hashlib.sha256(_compared(path)).hexdigest()
                found[str(path.relative_to(target))] = f"{path.stat().st_mode:o} {digest}"
    return found


def _compared(path: Path) -> bytes:
    """What two builds must have alike of a file: all, but for the two that are bound to differ with a wrapper."""
    data = program_of(path.read_bytes())
    is_printed = path.name == "output" and path.parent.parent.name == "build"
    if not is_printed:
        return data
    return _CALLS_THE_WRAPPER.sub(rb"\1", _SAYS_OF_THE_WRAPPER.sub(b"RUSTC_WRAPPER", data))


def differences(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """The names that are not in both, or not alike."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
