"""Real projects with their lock files, and their dependencies, so that builds need no network.

    <cache>/projects/ripgrep-15.2.0/     the source as crates.io has it, Cargo.lock included; never built in
    <cache>/cargo-home/                  the registry with everything that these lock files name, unpacked

cargo itself fetches all of it. The developer's own cargo home is not touched; only where its configuration says that
crates come from somewhere else than crates.io, that is taken over.
"""

import json
import os
import shutil
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.commands import cache_dir, run


@dataclass(frozen=True, slots=True)
class Project:
    """A released project. `source` is shared and stays as it is: `copy_to` makes one to build in."""

    name: str
    version: str
    source: Path
    cargo_home: Path

    def copy_to(self, directory: Path) -> Path:
        """Copy the sources into `directory`, which must not exist yet, and return it."""
        shutil.copytree(self.source, directory, symlinks=True)
        return directory


def ripgrep() -> Project:
    """ripgrep 15.2.0: a binary over a dozen libraries."""
    return fetch("ripgrep", "15.2.0")


def hyperfine() -> Project:
    """hyperfine 1.20.0: proc macros, build scripts, a dependency with C in its past."""
    return fetch("hyperfine", "1.20.0")


def fetch(name: str, version: str) -> Project:
    """A project from crates.io whose package has a Cargo.lock, fetched at most once."""
    home = cache_dir() / "cargo-home"
    project = Project(name, version, cache_dir() / "projects" / f"{name}-{version}", home)
    if not project.source.exists():
        home.mkdir(parents=True, exist_ok=True)
        (home / "config.toml").write_text(sources_of(_developers_home()))
        _unpack(project)
    return project


def small(directory: Path, *, name: str = "small", dependencies: str = "") -> Path:
    """Write a package of a library and a binary that uses it; `dependencies` are lines of Cargo.toml."""
    (directory / "src").mkdir(parents=True)
    manifest = f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\n{dependencies}'
    (directory / "Cargo.toml").write_text(manifest)
    (directory / "src/lib.rs").write_text("pub fn twice(n: u32) -> u32 {\n    n * 2\n}\n")
    (directory / "src/main.rs").write_text(
        f'fn main() {{\n    println!("{{}}", {name}::twice(21));\n}}\n',
    )
    return directory


def host_triple() -> str:
    """The target triple of this machine, as rustc calls it."""
    lines = run(["rustc", "-vV"]).succeeded().stdout.splitlines()
    return next(line.removeprefix("host: ") for line in lines if line.startswith("host: "))


def sources_of(cargo_home: Path) -> str:
    """What a cargo configuration says about where crates come from, as text of such a file."""
    tables: dict[str, Any] = {}
    for name in ("config.toml", "config"):
        if (cargo_home / name).is_file():
            tables = tomllib.loads((cargo_home / name).read_text())
            break
    kept = {key: tables[key] for key in ("source", "registry", "registries", "http", "net") if key in tables}
    return "".join(f"{path} = {value}\n" for path, value in _flat(kept, ()))


def _flat(table: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        here = (*path, json.dumps(key))
        if isinstance(value, dict):
            yield from _flat(value, here)
        else:
            yield ".".join(here), json.dumps(value)


def _developers_home() -> Path:
    return Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")


def _unpack(project: Project) -> None:
    """Let cargo download the package as a dependency of nothing, then all that its own lock file names."""
    env = os.environ | {"CARGO_HOME": str(project.cargo_home)}
    with tempfile.TemporaryDirectory(dir=cache_dir()) as name:
        directory = Path(name)
        wanted = f'{project.name} = "={project.version}"\n'
        small(directory / "fetching", name="fetching", dependencies=wanted)
        fetch = ["cargo", "fetch", "--target", host_triple()]  # without the crates of other systems
        run(fetch, env=env, cwd=directory / "fetching").succeeded()
        sources = project.cargo_home / "registry" / "src"
        (found,) = sources.glob(f"*/{project.name}-{project.version}")
        copy = directory / "source"
        shutil.copytree(found, copy)
        (copy / ".cargo-ok").unlink(missing_ok=True)
        run([*fetch, "--locked"], env=env, cwd=copy).succeeded()
        project.source.parent.mkdir(parents=True, exist_ok=True)
        copy.rename(project.source)
