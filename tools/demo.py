#!/usr/bin/env python3
"""`make demo`: a real crate, built in a container that knows nothing of dunnage, twice, and once without; then a table.

Everything is its own, below `.cache/`: store, cargo home, sources, target directory. The user's toolchain is mounted
read-only.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / ".cache" / "demo"


@dataclass(frozen=True, slots=True)
class Build:
    """One build: what it is called, its seconds, and the daemon's counters after it."""

    name: str
    seconds: float
    stats: dict[str, Any] | None


class Stage:
    """Where the builds take place: an image, a copy of the crate, and a daemon of their own."""

    def __init__(self, image: str, project: Path, cargo_home: Path, console: Console) -> None:
        self.image = image
        self.project = project
        self.cargo_home = cargo_home
        self.console = console
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("DUNNAGE_")}
        self.env["DUNNAGE_DIR"] = str(DEMO / "dunnage")
        self.sysroot = subprocess.run(
            ["rustc", "--print", "sysroot"], check=True, capture_output=True, text=True
        ).stdout.strip()

    def dunnage(self, *words: str) -> str:
        """Ask `dunnage` something."""
        done = subprocess.run(
            [sys.executable, "-m", "dunnage", *words],
            env=self.env,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def stats(self) -> dict[str, Any]:
        """The counters, as soon as nothing is being stored any more."""
        while json.loads(self.dunnage("status", "--json")).get("storing", 0):
            time.sleep(0.05)
        document: dict[str, Any] = json.loads(self.dunnage("stats", "--json"))
        return document

    def build(self, name: str, *, cached: bool) -> Build:
        """Wipe the target directory, and build in a new container. CalledProcessError where the build fails."""
        shutil.rmtree(self.project / "target", ignore_errors=True)
        run = [
            *("docker", "run", "--rm", "--network", "none", "--user", f"{os.getuid()}:{os.getgid()}"),
            *(
                "-v",
                f"{self.project}:/src",
                "-w",
                "/src",
                "-v",
                f"{self.cargo_home}:/cargo",
                "-e",
                "CARGO_HOME=/cargo",
            ),
            *(
                "-v",
                f"{self.sysroot}:/rust:ro",
                "-e",
                "PATH=/rust/bin:/usr/local/bin:/usr/bin:/bin",
                "-e",
                "HOME=/tmp",
            ),
            *(self.image, "cargo", "build", "--locked", "--offline"),
        ]
        argv = [sys.executable, "-m", "dunnage", *run] if cached else run
        self.console.rule(
            f"{name}: {'dunnage ' if cached else ''}docker run … {self.image} cargo build", align="left"
        )
        began = time.perf_counter()
        subprocess.run(argv, env=self.env, check=True, stdin=subprocess.DEVNULL)
        seconds = time.perf_counter() - began
        return Build(name, seconds, self.stats() if cached else None)


def table(builds: list[Build]) -> Table:
    """One row a build; counters are those of that build alone."""
    drawn = Table(
        title="the same crate, the same container, target wiped before each build", title_justify="left"
    )
    for heading in ("build", "seconds", "hits", "misses", "left to rustc", "compile time saved"):
        drawn.add_column(heading, justify="left" if heading == "build" else "right")
    before: dict[str, Any] = {"outcomes": {}, "time_saved_s": 0.0}
    for build in builds:
        if build.stats is None:
            drawn.add_row(build.name, f"{build.seconds:.1f}", "", "", "", "")
            continue
        now, then = build.stats["outcomes"], before["outcomes"]
        counts = [str(now[name] - then.get(name, 0)) for name in ("hit", "miss", "uncacheable")]
        saved = build.stats["time_saved_s"] - before["time_saved_s"]
        drawn.add_row(build.name, f"{build.seconds:.1f}", *counts, f"{saved:.1f} s")
        before = build.stats
    return drawn


def prepare(image: str | None, console: Console) -> Stage:
    """Image and sources, made or fetched where they are missing. Raises pytest's outcomes where that cannot be."""
    sys.path.insert(0, str(ROOT / "tests"))
    from support import images, projects
    from support.require import require

    for part in ("docker", "cargo"):
        require(part)
    console.print("Image and sources, which are made and fetched at the first time only …")
    image = image or images.bookworm()
    crate = projects.ripgrep()
    for directory in (DEMO / "dunnage", DEMO / "project"):
        shutil.rmtree(directory, ignore_errors=True)
    DEMO.mkdir(parents=True, exist_ok=True)
    project = crate.copy_to(DEMO / "project")
    console.print(f"{crate.name} {crate.version}, in the image {image}")
    return Stage(image, project, crate.cargo_home, console)


def main() -> int:
    """Show it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--image", help="an image with a C linker (default: a Debian that debootstrap makes)")
    console = Console(width=None if sys.stdout.isatty() else 110)
    try:
        stage = prepare(parser.parse_args().image, console)
    except (pytest.skip.Exception, pytest.fail.Exception) as reason:
        console.print(f"The demo needs {reason}")
        return 1
    try:
        builds = [
            stage.build("without dunnage", cached=False),
            stage.build("cold", cached=True),
            stage.build("warm", cached=True),
        ]
        console.print()
        console.print(table(builds))
        console.print(stage.dunnage("stats"))
    finally:
        stage.dunnage("stop")
    console.print("Every unit hits, what a linker makes among them.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
