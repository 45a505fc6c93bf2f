"""The next jobs: what a job takes on a new machine after something has changed, beside what others do for Rust.

The project is ripgrep as its repository has it, a workspace of nine packages: those that it publishes, put together
again. A first job builds everything and saves. Then, each on a machine that has nothing but a checkout and a toolchain:
some in which nothing but one member's source has changed, and some in which one dependency has another version.
Timed are restoring, starting, and the build. Cargo's home is a tarball in all ways, so that nobody waits for
crates.io; dunnage's has no target directory in it. Three ways: Swatinem/rust-cache's, which begins with the newest
tarball that there is; the example for Rust in the examples.md of GitHub's actions/cache, which takes that of the same
lock file or none, so that after an update of a dependency it builds everything; and dunnage's.
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench import github, tarball
from bench.builds import clean_environment, end_all_of, wait_for_quiet
from bench.contestants import call
from bench.figures import turns

if TYPE_CHECKING:
    from support.projects import Project

MEMBERS: Final = {
    "globset": "0.4.19", "grep": "0.4.1", "grep-cli": "0.1.12", "grep-matcher": "0.1.9", "grep-printer": "0.3.1",
    "grep-regex": "0.1.14", "grep-searcher": "0.1.17", "ignore": "0.4.29",
}  # fmt: skip
"""Those of ripgrep's own repository, as 15.2.0 locks them."""
CHANGED: Final = {"the program": "crates/core/main.rs", "grep-printer": "members/grep-printer/src/lib.rs"}
"""Files of members."""
OTHER_VERSIONS: Final = {"lexopt": "0.3.1", "bstr": "1.12.1"}
"""Of ripgrep 15.2.0's dependencies: one that only the program needs, and one that much of the rest needs."""
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

    @property
    def base(self) -> Path:
        """What dunnage's daemon is found by."""
        return self.directory / "own/dir"

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
        _restore(runner, "v0-rust-", machine)
    machine.build({})
    if saves:
        own = tarball.members(machine.directory / "project", machine.env)
        tarball.prune(machine.directory / TARGET / "debug", own)
        size = tarball.save(runner, "v0-rust-1", machine.directory, (*HOME, TARGET))
        return f"{size / 1e6:.0f} MB saved"
    return ""


def by_example(machine: Machine, runner: Mapping[str, str], saves: bool) -> str:
    """That of actions/cache's example: no restore keys, and the target directory as it is."""
    lock = (machine.directory / "project/Cargo.lock").read_bytes()
    key = f"v0-example-{sha256(lock).hexdigest()}"
    if not saves and not tarball.restore(runner, key, machine.directory, others=False):
        _restore(runner, "v0-home-example", machine)  # as if crates.io were as near as the cache
    machine.build({})
    if saves:
        tarball.save(runner, "v0-home-example", machine.directory, HOME)
        size = tarball.save(runner, key, machine.directory, (*HOME, TARGET))
        return f"{size / 1e6:.0f} MB saved"
    return ""


def by_dunnage(machine: Machine, runner: Mapping[str, str], saves: bool) -> str:
    """dunnage's, with cargo's home beside it."""
    if not saves:
        _restore(runner, "v0-home-dunnage", machine)
    own = machine.directory / "own"
    write = "on" if saves else "off"
    (own / "dunnage.toml").write_text(f'remotes = ["gha://?lane=bench"]\nremote_write = "{write}"\n')
    env = {**machine.env, "DUNNAGE_DIR": str(machine.base), "DUNNAGE_CONFIG": str(own / "dunnage.toml")}
    _dunnage("start", env={**env, **runner})
    machine.build({**env, **json.loads(_dunnage("env", "--format", "json", "--no-start", env=env))["env"]})
    if saves:
        _dunnage("stop", env=env)
        tarball.save(runner, "v0-home-dunnage", machine.directory, HOME)
        return ""
    outcomes = json.loads(_dunnage("stats", "--json", env=env))["outcomes"]
    return f"{outcomes['hit']} hits, {outcomes['miss']} misses"


def _restore(runner: Mapping[str, str], key: str, machine: Machine) -> None:
    if not tarball.restore(runner, key, machine.directory):
        raise RuntimeError(f"nothing was saved as {key}")


WAYS: Final[Mapping[str, Way]] = {
    "rust-cache's way": by_tarball,
    "actions/cache's example": by_example,
    "dunnage": by_dunnage,
}


def race(
    scratch: Path, project: "Project", rounds: int
) -> Iterator[tuple[int, str, str, dict[str, NextJobs]]]:
    """All rounds; after each job its round, its way, what had changed, and everything so far."""
    from support.remotes.gha_service import gha_service

    found = {name: NextJobs() for name in WAYS}
    machine = Machine(scratch / "machine")
    project = _workspace(scratch, project)
    fetched, locks = _other_locks(scratch, project)
    changes = (*CHANGED, *locks)
    for number in range(rounds):
        with gha_service(scratch / "github") as service:
            for name, way in WAYS.items():
                machine.renew(project, None)
                shutil.copytree(fetched, machine.directory / "home", dirs_exist_ok=True)
                found[name].said[""] = way(machine, service.environ(), True)
                end_all_of(machine.base)
            service.knobs.delay_s, service.knobs.bytes_per_s = github.DELAY_S, github.BYTES_PER_S
            # Jobs after one and the same change take turns: a busy minute hits all ways.
            for changed, order in zip(changes, turns(list(WAYS), len(changes)), strict=True):
                for name in order:
                    machine.renew(project, locks.get(changed))
                    if changed in CHANGED:
                        with (machine.directory / "project" / CHANGED[changed]).open("a") as source:
                            source.write("\n#[allow(dead_code)]\nfn changed() -> u32 {\n    17\n}\n")
                    wait_for_quiet()
                    began = time.perf_counter()
                    said = WAYS[name](machine, service.environ(), False)
                    took = time.perf_counter() - began
                    end_all_of(machine.base)
                    found[name].times.setdefault(changed, []).append(took)
                    found[name].said[changed] = said
                    yield number, name, changed, found
        shutil.rmtree(scratch / "github", ignore_errors=True)


def _workspace(scratch: Path, project: "Project") -> "Project":
    """ripgrep and its own libraries as one workspace, with a lock file of the same versions."""
    place = scratch / "workspace"
    shutil.copytree(project.source, place)
    registry = next((project.cargo_home / "registry/src").iterdir())
    for name, version in MEMBERS.items():
        left_out = shutil.ignore_patterns("Cargo.lock", "Cargo.toml.orig", ".cargo*")
        shutil.copytree(registry / f"{name}-{version}", place / "members" / name, ignore=left_out)
    with (place / "Cargo.toml").open("a") as manifest:
        manifest.write('\n[workspace]\nmembers = ["members/*"]\n\n[patch.crates-io]\n')
        manifest.writelines(f'{name} = {{ path = "members/{name}" }}\n' for name in MEMBERS)
    env = {**clean_environment(), "CARGO_HOME": str(project.cargo_home)}
    subprocess.run(
        ["cargo", "metadata", "--quiet", "--format-version=1"],
        cwd=place,
        env=env,
        check=True,
        capture_output=True,
    )
    return replace(project, source=place)


def _other_locks(scratch: Path, project: "Project") -> tuple[Path, dict[str, Path]]:
    """A cargo home with what all lock files name, and for each dependency the lock file with its other version."""
    home, copy = scratch / "fetched", scratch / "locking"
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
    return call(sys.executable, "-m", "dunnage", *words, env=env)
