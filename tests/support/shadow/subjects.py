"""The projects that shadow builds are about, and what is done to each.

Weights say how often an edit is drawn. A large project is edited at its own sources only, where a state costs a second
or two; what makes everything compile again (`wipe`, `flag`, `feature`) is for the small ones, or for the night.
"""

import os
import shutil
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from support import projects
from support.commands import run
from support.shadow.edits import Scope
from support.shadow.sys_crate import DATA, write_sys_crate
from support.shadow.workspace import write_workspace

EVERYWHERE: Mapping[str, int] = {
    "body": 6, "ask-environment": 2, "ask-place": 2, "break": 2, "warn": 3, "add-module": 3, "add-text": 2,
    "change-text": 2, "delete-module": 2, "lose-module": 1, "move-module": 4, "twin": 2, "swap-modules": 2, "touch": 2,
    "command": 3, "environment": 6, "build-script": 2, "back": 14,
}  # fmt: skip
"""How often each edit is drawn, in any project."""

CHEAP = {"wipe": 8, "flag": 4, "feature": 4, "data": 6}
"""More of it where a whole build takes seconds."""

DEAR = {"wipe": 1, "flag": 1, "feature": 1}

OFFLINE_ONLY = ("rust-toolchain.toml", "rust-toolchain", ".cargo")
"""Parts of a released project that would have a toolchain changed."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One project under shadow."""

    scope: Scope
    weights: Mapping[str, int]
    make: Callable[[Path], Path | None]
    """Writes the sources into a directory; its cargo home, if it needs one."""


def _released(name: str, version: str) -> Callable[[Path], Path | None]:
    def make(directory: Path) -> Path:
        project = projects.fetch(name, version)
        project.copy_to(directory)
        for part in OFFLINE_ONLY:
            path = directory / part
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        return project.cargo_home

    return make


def _sys(directory: Path) -> Path:
    """With the `cc` crate that ripgrep's lock file names: it is unpacked already."""
    project = projects.ripgrep()
    locked = tomllib.loads((project.source / "Cargo.lock").read_text())["package"]
    write_sys_crate(directory, next(package["version"] for package in locked if package["name"] == "cc"))
    home = os.environ | {"CARGO_HOME": str(project.cargo_home)}
    run(["cargo", "generate-lockfile", "--offline"], cwd=directory, env=home).succeeded()
    return project.cargo_home


def _own(directory: Path) -> None:
    write_workspace(directory)


BUILD = ("build",)
CHECK = ("check",)
TESTS = ("test", "--no-run")
RELEASE = ("build", "--release")

SUBJECTS: dict[str, Subject] = {
    "workspace": Subject(
        Scope(
            sources=("base/src/", "macros/src/", "made/src/", "native/src/", "app/"),
            commands=(BUILD, CHECK, TESTS, RELEASE, ("check", "--tests"), ("build", "-p", "base")),
            features=((), ("--features", "app/extra"), ("--features", "app/more")),
            flags=(
                "CARGO_PROFILE_DEV_OPT_LEVEL",
                "CARGO_PROFILE_DEV_DEBUG",
                "CARGO_PROFILE_DEV_OVERFLOW_CHECKS",
                "CARGO_PROFILE_DEV_CODEGEN_UNITS",
                "RUSTFLAGS",
            ),
            data=("made/numbers.txt", "native/library/answer.rs"),
        ),
        {**EVERYWHERE, **CHEAP},
        _own,
    ),
    "sys": Subject(
        Scope(
            sources=("src/", "build.rs"),
            commands=(BUILD, CHECK, RELEASE),
            features=((),),
            flags=("CARGO_PROFILE_DEV_OPT_LEVEL", "CARGO_PROFILE_DEV_DEBUG", "RUSTFLAGS"),
            data=DATA,
        ),
        {
            "data": 10,
            "wipe": 12,
            "back": 8,
            "environment": 6,
            "build-script": 3,
            "touch": 2,
            "flag": 2,
            "body": 2,
            "command": 2,
        },
        _sys,
    ),
    "semver": Subject(
        Scope(
            sources=("src/",),
            commands=(BUILD, CHECK, RELEASE),
            features=((), ("--no-default-features",), ("--features", "serde")),
            flags=("CARGO_PROFILE_DEV_OPT_LEVEL", "CARGO_PROFILE_DEV_DEBUG", "RUSTFLAGS"),
        ),
        {**EVERYWHERE, **CHEAP},
        _released("semver", "1.0.27"),
    ),
    "rustversion": Subject(
        Scope(sources=("src/", "build/"), commands=(BUILD, CHECK, RELEASE), features=((),)),
        {**EVERYWHERE, **CHEAP},
        _released("rustversion", "1.0.22"),
    ),
    "hyperfine": Subject(
        Scope(sources=("src/",), commands=(CHECK, BUILD), features=((),), flags=("CARGO_PROFILE_DEV_DEBUG",)),
        {**EVERYWHERE, **DEAR},
        _released("hyperfine", "1.20.0"),
    ),
    "ripgrep": Subject(
        Scope(
            sources=("crates/core/",),
            commands=(CHECK, BUILD),
            features=((), ("--features", "pcre2")),
            flags=("CARGO_PROFILE_DEV_DEBUG",),
        ),
        {**EVERYWHERE, **DEAR, "feature": 0},  # pcre2 is C, and minutes
        _released("ripgrep", "15.2.0"),
    ),
}
"""All of them, the cheapest first."""
