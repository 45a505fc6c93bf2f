"""Where the parts of a cargo project stand on this machine: what cargo and rustc say of it."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dunnage.errors import UsageError


@dataclass(frozen=True, slots=True)
class Project:
    """The places of one project, absolute."""

    workspace: str
    target: str
    cargo_home: str
    packages: tuple[tuple[str, str], ...]
    """(`name-version`, directory) of those outside of workspace and cargo home, and of vendored ones."""
    rust_source: tuple[str, str] | None
    """(commit of the compiler, where the sources of std are installed); None where they are not."""


def find(cwd: str, environ: Mapping[str, str]) -> Project:
    """The project that `cwd` lies in. Raises UsageError where cargo knows of none."""
    said = _said(["cargo", "metadata", "--format-version=1", "--offline"], cwd, environ)
    if said is None:
        said = _said(["cargo", "metadata", "--format-version=1", "--no-deps"], cwd, environ)
    if said is None:
        raise UsageError(
            f"cargo finds no project in {cwd}.",
            hint="Change into the project's directory, and see that cargo works.",
        )
    metadata = json.loads(said)
    workspace, home = metadata["workspace_root"], _cargo_home(environ)
    packages = sorted(
        (f"{package['name']}-{package['version']}", directory)
        for package in metadata["packages"]
        if (directory := os.path.dirname(package["manifest_path"]))
        and not _is_in(directory, home)
        and not (package["source"] is None and _is_in(directory, workspace))
    )
    return Project(workspace, metadata["target_directory"], home, tuple(packages), _rust_source(cwd, environ))


def _is_in(path: str, directory: str) -> bool:
    return f"{path}/".startswith(f"{directory}/")


def _cargo_home(environ: Mapping[str, str]) -> str:
    return os.path.abspath(environ.get("CARGO_HOME") or f"{environ.get('HOME', '')}/.cargo")


def _rust_source(cwd: str, environ: Mapping[str, str]) -> tuple[str, str] | None:
    about = (_said(["rustc", "-vV"], cwd, environ) or "").splitlines()
    commit = next((line.partition(": ")[2] for line in about if line.startswith("commit-hash: ")), "unknown")
    sysroot = (_said(["rustc", "--print", "sysroot"], cwd, environ) or "").strip()
    source = f"{sysroot}/lib/rustlib/src/rust"
    return (commit, source) if commit != "unknown" and os.path.isdir(source) else None


def _said(argv: Sequence[str], cwd: str, environ: Mapping[str, str]) -> str | None:
    """What a command prints; None where it is not there, or fails."""
    try:
        done = subprocess.run(
            argv,
            cwd=cwd,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
