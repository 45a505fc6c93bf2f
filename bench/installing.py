"""The peers' programs: from PyPI and from crates.io, into the benchmark's own directory, once.

<cache>/peers/            an environment with what PyPI has
<cache>/cargo-peers/      what `cargo install` built: some minutes each
"""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.contestants import call


class NotInstalled(Exception):
    """A peer that cannot be had here, with what pip or cargo said last."""


@dataclass(frozen=True, slots=True)
class Crate:
    """A program on crates.io."""

    name: str
    version: str
    features: Sequence[str] = ()
    """Further words for `cargo install`."""


def from_crates_io(cache: Path, crate: Crate) -> Path:
    """The program, built if it is not there. Raises NotInstalled.

    With its own lock file first; a lock file may name a version that was withdrawn since, and then cargo chooses.
    """
    root = cache / "cargo-peers"
    program = root / "bin" / crate.name
    if _is_installed(root, crate):
        return program
    which = [crate.name, "--version", crate.version, *crate.features]
    said = ""
    for how in (["--locked"], []):
        done = _run(["cargo", "install", "--quiet", *how, "--root", str(root), *which], root)
        if done.returncode == 0:
            return program
        said = said or done.stderr
    raise NotInstalled(f"{crate.name} {crate.version}: {_last_words(said)}")


def from_pypi(cache: Path, name: str) -> Path:
    """The program of an environment with the newest release. Raises NotInstalled."""
    environment = cache / "peers"
    program = environment / "bin" / name
    if not program.exists():
        try:
            call(sys.executable, "-m", "venv", environment)
            call(environment / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", name)
        except subprocess.CalledProcessError as error:
            raise NotInstalled(f"{name}: {_last_words(error.stderr)}") from error
    return program


def _is_installed(root: Path, crate: Crate) -> bool:
    """Whether cargo's own list names this version. Its lines are `name version:` and, indented, the programs."""
    listed = _run(["cargo", "install", "--list", "--root", str(root)], root)
    return f"{crate.name} v{crate.version}:" in listed.stdout.splitlines()


def _run(argv: Sequence[str], root: Path) -> subprocess.CompletedProcess[str]:
    root.mkdir(parents=True, exist_ok=True)
    return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=False, text=True)


def _last_words(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return next((line for line in lines if line.startswith("error")), lines[-1] if lines else "no message")
