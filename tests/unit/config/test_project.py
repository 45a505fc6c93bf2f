"""What cargo and rustc say of where a project stands."""

import os
from pathlib import Path

import pytest

from dunnage.config.project import find
from dunnage.errors import UsageError
from support import projects
from support.crates import real_rustc


def environ(home: Path, **more: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CARGO_")}
    return clean | {"CARGO_HOME": str(home)} | more


def test_a_workspace_with_a_vendored_package_and_one_beside_it(tmp_path: Path) -> None:
    source = projects.small(
        tmp_path / "ws", dependencies='beside = { path = "../beside" }\ninside = { path = "inside" }\n'
    )
    beside = projects.small(tmp_path / "beside", name="beside")
    projects.small(source / "inside", name="inside")
    found = find(str(source / "src"), environ(tmp_path / "home"))
    assert (found.workspace, found.target) == (str(source), str(source / "target"))
    assert found.cargo_home == str(tmp_path / "home")
    assert found.packages == (("beside-0.1.0", str(beside)),)


def test_dependencies_that_cannot_be_had_are_left_out(tmp_path: Path) -> None:
    source = projects.small(tmp_path / "ws", dependencies='beside = { path = "../nowhere" }\n')
    found = find(str(source), environ(tmp_path / "home"))
    assert (found.workspace, found.packages) == (str(source), ())


def test_no_project(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cargo finds no project"):
        find(str(tmp_path), environ(tmp_path))
    with pytest.raises(UsageError):
        find(str(tmp_path), {"PATH": str(tmp_path)})


@pytest.mark.parametrize("commit", ["abc", "unknown"])
def test_the_sources_of_std_where_they_are_installed(tmp_path: Path, commit: str) -> None:
    source = projects.small(tmp_path / "ws")
    tools, sysroot = tmp_path / "tools", tmp_path / "rust"
    tools.mkdir()
    rustc = tools / "rustc"
    script = f'case "$1" in -vV) echo "commit-hash: {commit}" ;; --print) echo {sysroot} ;; esac\n'
    rustc.write_text(f"#!/bin/sh\n{script}")
    rustc.chmod(0o755)
    env = environ(tmp_path / "home", PATH=f"{tools}:{os.environ['PATH']}", RUSTC=real_rustc())
    assert find(str(source), env).rust_source is None
    (sysroot / "lib/rustlib/src/rust").mkdir(parents=True)
    expected = None if commit == "unknown" else ("abc", f"{sysroot}/lib/rustlib/src/rust")
    assert find(str(source), env).rust_source == expected


def test_cargo_home_where_nobody_says(tmp_path: Path) -> None:
    source = projects.small(tmp_path / "ws")
    env = {name: value for name, value in environ(tmp_path).items() if name != "CARGO_HOME"}
    rustup = os.environ.get("RUSTUP_HOME") or f"{Path.home()}/.rustup"
    assert (
        find(str(source), env | {"HOME": str(tmp_path), "RUSTUP_HOME": rustup}).cargo_home
        == f"{tmp_path}/.cargo"
    )
