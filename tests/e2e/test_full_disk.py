"""A target directory without room for a library whose metadata fit: cargo had begun what depends on it."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.invoking import DUNNAGE, attempt
from support.require import require
from support.workshop import Workshop

BUILD = ("cargo", "build")
LARGE = "pub static DATA: [u8; 8 << 20] = [7; 8 << 20];\n"
PACKAGE = '[package]\nname = "{}"\nversion = "0.1.0"\nedition = "2021"\n'


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    place = tmp_path / "ws"
    for name, file, source in (
        ("large", "lib.rs", LARGE),
        ("top", "main.rs", 'fn main() { println!("{}", large::DATA[1]); }\n'),
    ):
        (place / name / "src").mkdir(parents=True)
        (place / name / "src" / file).write_text(source)
        (place / name / "Cargo.toml").write_text(PACKAGE.format(name))
    with (place / "top/Cargo.toml").open("a") as manifest:
        manifest.write('[dependencies]\nlarge = { path = "../large" }\n')
    (place / "Cargo.toml").write_text('[workspace]\nmembers = ["large", "top"]\nresolver = "2"\n')
    return place


@contextmanager
def target_of(workspace: Path, megabytes: int) -> Iterator[None]:
    """A disk of this size for the target directory."""
    require("tmpfs")
    target = workspace / "target"
    target.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "dunnage-test", target], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", target], check=True)


def build(workspace: Path, *front: str) -> subprocess.CompletedProcess[str]:
    return attempt([*front, *BUILD], workspace, {"CARGO_INCREMENTAL": "0"})


def test_cargo_says_what_it_would_say_without_us(workspace: Path) -> None:
    """It would panic, were it told of the metadata a second time by the compiler that then runs."""
    through = (*DUNNAGE, "run", "--")
    with target_of(workspace, 64):
        assert build(workspace, *through).returncode == 0
    with target_of(workspace, 4):
        plain = build(workspace)
    with target_of(workspace, 4):
        cached = build(workspace, *through)
    for said in (plain, cached):
        assert "No space left on device" in said.stderr
        assert "panicked" not in said.stderr
    assert cached.returncode == plain.returncode == 101
    assert Workshop.here().reasons()["fallback"] == {"write-failed": 1}
    with target_of(workspace, 64):
        assert build(workspace, *through).returncode == 0
        assert Workshop.here().reasons()["hit"]["local"] == 2
