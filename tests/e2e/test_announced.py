"""A library whose metadata were announced, and which then cannot be written: its compiler runs after all.

cargo has begun what depends on it, and panics when it hears of the same metadata a second time.
"""

import json
from pathlib import Path

import pytest

from support.invoking import DUNNAGE, attempt, succeed
from support.require import require
from support.workshop import Workshop

ENV = {"CARGO_INCREMENTAL": "0"}
PACKAGE = '[package]\nname = "{}"\nversion = "0.1.0"\nedition = "2021"\n'
FAILING = """#!/bin/sh
case " $* " in
*" --crate-name below "*)
    exec strace -o {log} -e trace=linkat,ioctl,copy_file_range,sendfile,pread64 \\
        -e inject=linkat:error=EXDEV -e inject=ioctl:error=EOPNOTSUPP \\
        -e inject=copy_file_range:error=EIO:when=2+ -e inject=sendfile,pread64:error=EIO {client} "$@" ;;
esac
exec {client} "$@"
"""
"""The client, which for one crate can copy one file and no other, in whatever way, and is lent none. What it runs is
not hindered."""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    place = tmp_path / "ws"
    for name, file, source in (
        ("below", "lib.rs", "fn unused() {}\npub fn number() -> u8 { 7 }\n"),
        ("top", "main.rs", 'fn main() { println!("{}", below::number()); }\n'),
    ):
        (place / name / "src").mkdir(parents=True)
        (place / name / "src" / file).write_text(source)
        (place / name / "Cargo.toml").write_text(PACKAGE.format(name))
    with (place / "top/Cargo.toml").open("a") as manifest:
        manifest.write('[dependencies]\nbelow = { path = "../below" }\n')
    (place / "Cargo.toml").write_text('[workspace]\nmembers = ["below", "top"]\nresolver = "2"\n')
    return place


def test_cargo_hears_of_the_metadata_once(workspace: Path, tmp_path: Path) -> None:
    require("strace")
    plain = succeed(["cargo", "build"], workspace, {**ENV, "CARGO_TARGET_DIR": str(tmp_path / "plain")})
    succeed([*DUNNAGE, "run", "--", "cargo", "build"], workspace, ENV)
    Workshop.here().settle()
    (workspace / "target").rename(tmp_path / "away")
    own = json.loads(succeed([*DUNNAGE, "env", "--format", "json"], workspace, {}).stdout)["env"]
    wrapper = tmp_path / "failing"
    wrapper.write_text(FAILING.format(client=own["RUSTC_WRAPPER"], log=tmp_path / "log"))
    wrapper.chmod(0o755)
    done = attempt(["cargo", "build"], workspace, {**ENV, **own, "RUSTC_WRAPPER": str(wrapper)})
    assert "EIO" in (tmp_path / "log").read_text()
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("`unused` is never used") == plain.stderr.count("`unused` is never used") == 1
    assert Workshop.here().reasons()["fallback"] == {"write-failed": 1}
    assert succeed([str(workspace / "target/debug/top")], workspace, {}).stdout == "7\n"
    assert "Fresh below" in succeed(["cargo", "build", "-v"], workspace, {**ENV, **own}).stderr
