"""Asking an engine: whatever goes wrong is None."""

from pathlib import Path

from dunnage.containers.asking import ask


def test_the_first_line_is_the_answer() -> None:
    assert ask(["sh", "-c", "echo amd64; echo more; echo no >&2"], {"PATH": "/usr/bin:/bin"}) == "amd64"


def test_the_environment_is_the_one_given() -> None:
    assert ask(["/bin/sh", "-c", 'echo "$A"'], {"A": "one"}) == "one"


def test_trouble_is_no_answer(tmp_path: Path) -> None:
    assert ask(["sh", "-c", "echo x; exit 1"], {"PATH": "/usr/bin:/bin"}) is None
    assert ask(["true"], {"PATH": "/usr/bin:/bin"}) is None
    assert ask([str(tmp_path / "not-there")], {}) is None
    assert ask([str(tmp_path)], {}) is None
    assert ask(["a\0b"], {}) is None
