"""What the command line does not import: start-up time counts, and one careless import is a tenth of a second."""

import subprocess
import sys

import pytest

from dunnage.cli.main import COMMANDS

HEAVY = (
    "rich",
    "asyncio",
    "sqlite3",
    "blake3",
    "platformdirs",
    "tomllib",
    "difflib",
    "subprocess",
    "logging",
)


def _loaded(statement: str) -> set[str]:
    """The modules that a fresh interpreter has after a statement."""
    script = f"{statement}; import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["dunnage.cli.main", *(f"dunnage.cli.cmd_{name}" for name in COMMANDS)])
def test_nothing_heavy(module: str) -> None:
    loaded = _loaded(f"import {module}")
    assert module in loaded
    assert not loaded.intersection(HEAVY)


def test_the_list_of_commands_imports_none_of_them() -> None:
    assert not [name for name in _loaded("import dunnage.cli.main") if name.startswith("dunnage.cli.cmd_")]


def test_stats_are_drawn_without_rich() -> None:
    statement = (
        "from dunnage.report import documents, text; from dunnage.report.style import Style; "
        "text.stats(documents.stats({}), Style(80, True)); text.status(documents.status({'version': '1', "
        "'store': '', 'socket': '', 'container_socket': '', 'log': ''}), Style(80, True), 0.0)"
    )
    assert not _loaded(statement).intersection(HEAVY)
