"""A small crate and the command line that cargo would compile it with: for tests of the engine with a real rustc."""

import functools
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dunnage.model.invocation import Invocation
from support.units import LocalView


@functools.cache
def real_rustc() -> str:
    """The rustc behind rustup's proxy."""
    sysroot = subprocess.run(
        ["rustc", "--print", "sysroot"], capture_output=True, text=True, check=True
    ).stdout
    return f"{sysroot.strip()}/bin/rustc"


@dataclass(slots=True)
class Crate:
    """A library crate in a directory of its own, cargo's layout."""

    directory: Path
    options: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    rustc: str = field(default_factory=real_rustc)
    target: str = "target"

    def write(self, path: str, text: str) -> Path:
        """Write a source file."""
        file = self.directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    @property
    def deps(self) -> Path:
        """Where rustc's outputs are."""
        return self.directory / self.target / "debug/deps"

    def invocation(self, *more: str) -> Invocation:
        """What cargo would run for it."""
        self.deps.mkdir(parents=True, exist_ok=True)
        argv = [
            self.rustc, "--crate-name", "demo", "--edition=2021", "src/lib.rs", "--error-format=json",
            "--json=diagnostic-rendered-ansi,artifacts,future-incompat", "--crate-type", "lib",
            "--emit=dep-info,metadata,link", "-C", "metadata=1", "-C", "extra-filename=-1",
            "--out-dir", str(self.deps), *self.options, *more,
        ]  # fmt: skip
        env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **self.env}
        return Invocation(program=self.rustc, argv=argv, cwd=str(self.directory), env=env)

    def view(self, invocation: Invocation) -> LocalView:
        """A view that really compiles it."""
        view = LocalView()
        view.invocation = invocation
        return view

    def outputs(self) -> dict[str, bytes]:
        """Everything in the output directory."""
        return {path.name: path.read_bytes() for path in sorted(self.deps.iterdir())}

    def wipe(self) -> None:
        """Remove all outputs."""
        for path in self.deps.iterdir():
            path.unlink()


def crate(directory: Path, text: str = "pub fn one() -> u32 { 1 }\n", options: Sequence[str] = ()) -> Crate:
    """A crate with one source file."""
    made = Crate(directory, list(options))
    made.write("src/lib.rs", text)
    return made
