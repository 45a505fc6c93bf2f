"""A program without a directory is found as the client's own search would find it."""

from pathlib import Path

from dunnage.keys.which import which
from support.units import LocalView


def test_the_first_file_in_path(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
    (tmp_path / "a" / "rustc").mkdir()  # a directory is no program
    (tmp_path / "b" / "rustc").touch()
    (tmp_path / "c" / "rustc").touch()
    env = {"PATH": f"relative::{tmp_path}/missing:{tmp_path}/a:{tmp_path}/b:{tmp_path}/c"}
    assert which(LocalView(), "rustc", env) == f"{tmp_path}/b/rustc"


def test_nowhere(tmp_path: Path) -> None:
    assert which(LocalView(), "rustc", {"PATH": str(tmp_path)}) is None
    assert which(LocalView(), "rustc", {}) is None
