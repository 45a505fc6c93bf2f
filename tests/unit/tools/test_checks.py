"""The repository's own checks find what they are there to find."""

import importlib.util
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

TOOLS = Path(__file__).parents[3] / "tools"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"tools_{name}", TOOLS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """An empty git checkout with the folders of ours."""
    root = tmp_path / "checkout"
    for folder in ("src/dunnage/room", "tests/unit/room", "tools"):
        (root / folder).mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    return root


def test_sizes_pass_at_the_limit_and_fail_above(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sizes = load("check_sizes")
    (checkout / "tools" / "a.py").write_text("x = 1\n" * sizes.LINES_MAX)
    assert sizes.main(checkout) == 0
    (checkout / "tools" / "b.py").write_text("x = 1\n" * (sizes.LINES_MAX + 1))
    assert sizes.main(checkout) == 1
    printed = capsys.readouterr()
    assert f"over {sizes.LINES_MAX}: tools/b.py: {sizes.LINES_MAX + 1} lines" in printed.err
    assert "tools/a.py" not in printed.err


def test_sizes_do_not_count_what_git_ignores(checkout: Path) -> None:
    sizes = load("check_sizes")
    (checkout / ".gitignore").write_text("built.py\n")
    (checkout / "src" / "built.py").write_text("x = 1\n" * (sizes.LINES_MAX + 1))
    assert sizes.main(checkout) == 0


def test_map_finds_a_source_without_a_test(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    test_map = load("check_test_map")
    (checkout / "src/dunnage/room/thing.py").write_text("def f() -> None: ...\n")
    assert test_map.main(checkout) == 1
    assert "src/dunnage/room/thing.py has no tests/unit/room/test_thing.py" in capsys.readouterr().err
    (checkout / "tests/unit/room/test_thing.py").touch()
    assert test_map.main(checkout) == 0


def test_map_finds_a_test_without_a_source(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    test_map = load("check_test_map")
    (checkout / "tests/unit/room/test_gone.py").touch()
    assert test_map.main(checkout) == 1
    assert "tests/unit/room/test_gone.py tests no source file" in capsys.readouterr().err


def test_map_asks_no_test_of_constants(checkout: Path) -> None:
    test_map = load("check_test_map")
    (checkout / "src/dunnage/room/limits.py").write_text('"""Bounds."""\n\nX = 1\n')
    assert test_map.main(checkout) == 0


@pytest.mark.parametrize(
    "text",
    [
        "open('/root/.cargo')",
        "see /home/anna/project",
        "PYTHONPATH=/work/main/src",
        "index-url = https://artifactory.corp.test/api/pypi/simple",
        "token = ghp_0123456789abcdefghij",
    ],
)
def test_words_finds(text: str) -> None:
    assert len(load("check_words").findings("x", text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "the container's /project and /cargo",
        "https://crates.io/crates/ripgrep",
        "https://pypi.org/project/dunnage",
        "/tmp/pytest-of-x",
        "~/.cargo/config.toml",
    ],
)
def test_words_passes(text: str) -> None:
    assert load("check_words").findings("x", text) == []
