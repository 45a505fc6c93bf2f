"""The next jobs: what a job takes on a new machine after something has changed, beside the way of rust-cache.

A first job builds everything and saves. Then, each on a machine that has nothing but a checkout and a toolchain:
one in which nothing but the package's own source has changed, and one for each dependency that has another version.
Timed are restoring, starting, and the build. Cargo's home is a tarball in both ways, so that nobody waits for
crates.io; dunnage's has no target directory in it.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench import github, tarball
from bench.builds import clean_environment, end_all_of, wait_for_quiet
from bench.figures import turns

if TYPE_CHECKING:
    from support.projects import Project

CHANGED_SOURCE: Final = "crates/core/main.rs"
OTHER_VERSIONS: Final = {"lexopt": "0.3.1", "bstr": "1.12.1"}
"""Of ripgrep 15.2.0's dependencies: one that only the program needs, and one that much of the rest needs."""
SOURCE: Final = "its own source"
HOME: Final = ("home/registry/index", "home/registry/cache")
TARGET: Final = "project/target"


@dataclass(slots=True)
class NextJobs:
    """What one way's jobs took, by what had changed, in seconds."""

    times: dict[str, list[float]] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    """What the last job of each kind said of itself; under the empty name, the one that saved."""


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine: `project`, `home` (cargo's), `own` (dunnage's) in one directory, at the same place each time."""

    directory: Path

    @property
    def env(self) -> dict[str, str]:
        """cargo's."""
        return {
            **clean_environment(),
            "CARGO_HOME": str(self.directory / "home"),
            "CARGO_INCREMENTAL": "0",
        }

    def renew(self, sources: "Project", lock: Path | None) -> None:
        """Nothing but a checkout, whose files are as old as it is, and where crates come from."""
        shutil.rmtree(self.directory, ignore_errors=True)
        (self.directory / "home").mkdir(parents=True)
        (self.directory / "own").mkdir()
        shutil.copytree(sources.source, self.directory / "project", copy_function=shutil.copy)
        if (sources.cargo_home / "config.toml").is_file():
            shutil.copy(sources.cargo_home / "config.toml", self.directory / "home")
        if lock is not None:
            shutil.copy(lock, self.directory / "project/Cargo.lock")

    def build(self, env: Mapping[str, str]) -> None:
        """What a job's step does."""
        subprocess.run(github.BUILD, cwd=self.directory / "project", env={**self.env, **env}, check=True)


Way = Callable[[Machine, Mapping[str, str], bool], str]
"""A job that saves, or does not: the machine, what the runner gives an action. What it says of itself."""


def by_tarball(machine: Machine, runner: Mapping[str, str], saves: bool) -> str:
    """rust-cache's way."""
    if not saves:
        tarball.restore(runner, "v0-rust-", machine.directory)
    machine.build({})
    if saves:
        own = tarball.members(machine.directory / "project", machine.env)
        tarball.prune(machine.directory / TARGET / "debug", own)
        size = tarball.save(runner, "v0-rust-1", machine.directory, (*HOME, TARGET))
        return f"{size / 1e6:.0f} MB saved"
    return ""


def by_dunnage(machine: Machine, runner: Mapping[str, str], saves: bool) -> str:
    """dunnage's, with cargo's home beside it."""
    if not saves:
        tarball.restore(runner, "v0-home-", machine.directory)
    own = machine.directory / "own"
    write = "on" if saves else "off"
    (own / "dunnage.toml").write_text(f'remotes = ["gha://?lane=bench"]\nremote_write = "{write}"\n')
    env = {**machine.env, "DUNNAGE_DIR": str(own / "dir"), "DUNNAGE_CONFIG": str(own / "dunnage.toml")}
    _dunnage("start", env={**env, **runner})
    machine.build({**env, **json.loads(_dunnage("env", "--format", "json", "--no-start", env=env))["env"]})
    if saves:
        _dunnage("stop", env=env)
        tarball.save(runner, "v0-home-1", machine.directory, HOME)
        return ""
    outcomes = json.loads(_dunnage("stats", "--json", env=env))["outcomes"]
    return f"{outcomes['hit']} hits, {outcomes['miss']} misses"


WAYS: Final[Mapping[str, Way]] = {"rust-cache's way": by_tarball, "dunnage": by_dunnage}


def race(
    scratch: Path, project: "Project", rounds: int
) -> Iterator[tuple[int, str, str, dict[str, NextJobs]]]:
    """All rounds; after each job its round, its way, what had changed, and everything so far."""
    from support.remotes.gha_service import gha_service

    found = {name: NextJobs() for name in WAYS}
    machine = Machine(scratch / "machine")
    fetched, locks = _other_locks(scratch, project)
    for number, order in enumerate(turns(list(WAYS), rounds)):
        for name in order:
            with gha_service(scratch / "github") as service:
                machine.renew(project, None)
                shutil.copytree(fetched, machine.directory / "home", dirs_exist_ok=True)
                found[name].said[""] = WAYS[name](machine, service.environ(), True)
                end_all_of(machine.directory)
                service.knobs.delay_s, service.knobs.bytes_per_s = github.DELAY_S, github.BYTES_PER_S
                for changed, lock in {SOURCE: None, **locks}.items():
                    machine.renew(project, lock)
                    if changed == SOURCE:
                        with (machine.directory / "project" / CHANGED_SOURCE).open("a") as source:
                            source.write("\n#[allow(dead_code)]\nfn changed() -> u32 {\n    17\n}\n")
                    wait_for_quiet()
                    began = time.perf_counter()
                    said = WAYS[name](machine, service.environ(), False)
                    took = time.perf_counter() - began
                    end_all_of(machine.directory)
                    found[name].times.setdefault(changed, []).append(took)
                    found[name].said[changed] = said
                    yield number, name, changed, found
            shutil.rmtree(scratch / "github", ignore_errors=True)


def _other_locks(scratch: Path, project: "Project") -> tuple[Path, dict[str, Path]]:
    """A cargo home with what all lock files name, and for each dependency the lock file with its other version."""
    home, copy = scratch / "fetched", scratch / "locking"
    scratch.mkdir(parents=True)
    shutil.copytree(project.source, copy)
    home.mkdir()
    if (project.cargo_home / "config.toml").is_file():
        shutil.copy(project.cargo_home / "config.toml", home)
    env = {**clean_environment(), "CARGO_HOME": str(home)}
    locks: dict[str, Path] = {}
    _cargo("fetch", "--locked", cwd=copy, env=env)
    for name, version in OTHER_VERSIONS.items():
        shutil.copy(project.source / "Cargo.lock", copy)
        _cargo("update", "--package", name, "--precise", version, cwd=copy, env=env)
        _cargo("fetch", "--locked", cwd=copy, env=env)
        locks[f"{name} {version}"] = Path(shutil.copy(copy / "Cargo.lock", scratch / f"Cargo.lock.{name}"))
    shutil.rmtree(home / "registry/src")
    return home, locks


def _cargo(*words: str, cwd: Path, env: Mapping[str, str]) -> None:
    subprocess.run(["cargo", "--quiet", *words], cwd=cwd, env=env, check=True)


def _dunnage(*words: str, env: Mapping[str, str]) -> str:
    run = [sys.executable, "-m", "dunnage", *words]
    return subprocess.run(
        run,
        env={**os.environ, **env},
        check=True,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ).stdout
