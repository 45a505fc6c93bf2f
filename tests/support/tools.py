"""Ways to build a project: cargo on the host, in a container of an engine's `run`, and through cross.

A tool turns a site and cargo's words into a command line and an environment. With dunnage the same command line is
given to the dunnage command, and nothing else changes: that is what a user does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Protocol

from support import cross, podman
from support.commands import run

REPRODUCIBLE = {"CARGO_INCREMENTAL": "0"}
"""With `-C incremental` rustc puts a random word into the rlib: two plain builds of a member would differ."""


@dataclass(frozen=True, slots=True)
class Directories:
    """Where the parts of a build stand on the host."""

    source: Path
    target: Path
    cargo_home: Path


class Tool(Protocol):
    """One way to build."""

    def argv(self, at: Directories, cargo: Sequence[str]) -> list[str]:
        """The command line of `cargo <words>`."""
        ...

    def env(self, at: Directories) -> Mapping[str, str]:
        """What the environment of that command line has beside the usual."""
        ...

    def with_dunnage(self, argv: Sequence[str]) -> list[str]:
        """The words for the dunnage command that run the same with the cache on."""
        ...


@dataclass(frozen=True, slots=True)
class Host:
    """cargo on the host itself."""

    def argv(self, at: Directories, cargo: Sequence[str]) -> list[str]:
        return ["cargo", *cargo]

    def env(self, at: Directories) -> Mapping[str, str]:
        return REPRODUCIBLE | {"CARGO_HOME": str(at.cargo_home), "CARGO_TARGET_DIR": str(at.target)}

    def with_dunnage(self, argv: Sequence[str]) -> list[str]:
        return ["run", "--", *argv]


class Layout(Enum):
    """Where cross mounts things in its containers; `/target` is the same in both."""

    CROSS_025 = "/project, /cargo and /rust"
    CROSS_MAIN = "the host's own paths"


@dataclass(frozen=True, slots=True)
class Container:
    """`docker run` or `podman run`, with the mounts of cross."""

    image: str
    engine: str = "docker"
    layout: Layout = Layout.CROSS_025
    options: tuple[str, ...] = ()
    """The user's own, before the image."""
    cargo: str | None = None
    """Path of a cargo in the image itself; the host's toolchain is mounted unless given."""
    engine_env: Mapping[str, str] = field(default_factory=dict)

    def argv(self, at: Directories, cargo: Sequence[str]) -> list[str]:
        own = self.layout is Layout.CROSS_MAIN
        source = str(at.source) if own else "/project"
        home = str(at.cargo_home) if own else "/cargo"
        rust = str(toolchain()) if own else "/rust"
        mounts = [(at.source, source), (at.cargo_home, home), (at.target, "/target")]
        words = [word for host, inside in mounts for word in ("-v", f"{host}:{inside}")]
        variables = REPRODUCIBLE | {"CARGO_HOME": home, "CARGO_TARGET_DIR": "/target"}
        words += ["-w", source, *(word for pair in variables.items() for word in ("-e", "=".join(pair)))]
        if self.cargo is None:
            words += ["-v", f"{toolchain()}:{rust}:ro", "-e", f"PATH=/usr/local/bin:/usr/bin:/bin:{rust}/bin"]
        program = self.cargo or f"{rust}/bin/cargo"
        return [self.engine, "run", "--rm", *words, *self.options, self.image, program, *cargo]

    def env(self, at: Directories) -> Mapping[str, str]:
        return (podman.environment() if self.engine == "podman" else {}) | dict(self.engine_env)

    def with_dunnage(self, argv: Sequence[str]) -> list[str]:
        return list(argv)


@dataclass(frozen=True, slots=True)
class Cross:
    """cross 0.2.5 for the host's own target, in one of our images."""

    image: str
    options: str = ""
    """The user's own CROSS_CONTAINER_OPTS."""

    TRIPLE = "x86_64-unknown-linux-gnu"

    def argv(self, at: Directories, cargo: Sequence[str]) -> list[str]:
        return ["cross", *cargo, "--target", self.TRIPLE]

    def env(self, at: Directories) -> Mapping[str, str]:
        options = {"CROSS_CONTAINER_OPTS": self.options} if self.options else {}
        return REPRODUCIBLE | {
            "PATH": cross.path(),
            "CARGO_HOME": str(at.cargo_home),
            "CARGO_TARGET_DIR": str(at.target),
            "CROSS_TARGET_X86_64_UNKNOWN_LINUX_GNU_IMAGE": self.image,
            **options,
        }

    def with_dunnage(self, argv: Sequence[str]) -> list[str]:
        return list(argv)


@cache
def toolchain() -> Path:
    """The directory of the Rust toolchain in use."""
    return Path(run(["rustc", "--print", "sysroot"]).succeeded().stdout.strip())
