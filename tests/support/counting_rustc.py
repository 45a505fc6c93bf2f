"""A rustc that counts its runs and can be stopped at a gate: a small program in front of the real one.

To dunnage it is a rustup proxy, a program that is called rustc and becomes the real one. What it is told in the
environment changes no key.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from support.crates import real_rustc
from support.workshop import Gate

_SOURCE = """
use std::{env, fs, io::Write, os::unix::process::CommandExt, process::Command};

fn main() {
    let args: Vec<_> = env::args_os().skip(1).collect();
    if args.iter().any(|arg| arg == "--crate-name") {
        let runs = env::var_os("TEST_RUNS").unwrap();
        let mut runs = fs::OpenOptions::new().append(true).create(true).open(runs).unwrap();
        runs.write_all(b"x").unwrap();
        if let Some(gate) = env::var_os("TEST_GATE") {
            fs::read(gate).unwrap();
        }
    }
    panic!("{}", Command::new(env::var_os("TEST_RUSTC").unwrap()).args(args).exec());
}
"""


@dataclass(frozen=True, slots=True)
class CountingRustc:
    """The program, and what it leaves."""

    directory: Path

    @classmethod
    def made_in(cls, directory: Path) -> "CountingRustc":
        """Compile it."""
        made = cls(directory)
        directory.mkdir(parents=True)
        source = directory / "main.rs"
        source.write_text(_SOURCE)
        subprocess.run([real_rustc(), "--edition=2021", source, "-o", made.program], check=True)
        os.mkfifo(made._gate)
        return made

    @property
    def program(self) -> str:
        """Its path, to be called in rustc's place."""
        return str(self.directory / "rustc")

    @property
    def env(self) -> dict[str, str]:
        """What it needs in the environment."""
        return {"TEST_RUSTC": real_rustc(), "TEST_RUNS": str(self.directory / "runs")}

    @property
    def at_the_gate(self) -> dict[str, str]:
        """What it needs besides to stop before it compiles."""
        return {"TEST_GATE": str(self._gate)}

    @property
    def _gate(self) -> Path:
        return self.directory / "gate"

    def gate(self) -> Gate:
        """The gate."""
        return Gate(self._gate)

    @property
    def runs(self) -> int:
        """How often it was asked to compile."""
        return (self.directory / "runs").stat().st_size
